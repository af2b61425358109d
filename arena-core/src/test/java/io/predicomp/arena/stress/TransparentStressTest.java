package io.predicomp.arena.stress;

import io.predicomp.arena.TransparentSupport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TransparentStress} in JVMs of every kind. */
class TransparentStressTest {
  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+UseG1GC",
        "-XX:+UseZGC",
        "-XX:+UseParallelGC",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xint",
        "-Xcomp",
        "-XX:+UseSerialGC -Xcheck:jni"
      })
  void noWordIsWrong(String options) throws Exception {
    List<String> jvm = new ArrayList<>(List.of(options.split(" ", -1)));
    jvm.add("-Xmx256m");
    String seconds = Double.toString(SoakTime.each().toMillis() / 1000.0);
    String said = ChildJvm.run(jvm, TransparentStress.class, seconds, "64");
    System.out.print(options + ": " + said);
  }
}
