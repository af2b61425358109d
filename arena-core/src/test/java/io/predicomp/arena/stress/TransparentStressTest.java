package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.predicomp.arena.TransparentSupport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TransparentStress} in JVMs of every kind. */
class TransparentStressTest {
  private static final String SECONDS = Double.toString(SoakTime.each().toMillis() / 1000.0);

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
        "-XX:+UseShenandoahGC",
        "-XX:TieredStopAtLevel=1",
        "-Xint",
        "-Xcomp",
        "-XX:+UseSerialGC -Xcheck:jni"
      })
  void noWordIsWrong(String options) throws Exception {
    if (options.contains("Shenandoah")) {
      skipWithoutCollector(options);
    }
    List<String> jvm = jvm(options);
    System.out.print(options + ": " + ChildJvm.run(jvm, TransparentStress.class, SECONDS, "64"));
  }

  /** So that the other runs mean something. */
  @Test
  void theCheckNoticesWritesThatAreLost() throws Exception {
    String said = failing("unprotected");
    assertTrue(said.contains(" bad words") && !said.contains(" 0 bad words"), said);
  }

  /** One that takes part, and one that nobody looks after. */
  @ParameterizedTest
  @ValueSource(strings = {"failing-worker", "failing-thread"})
  void theRunNoticesAThreadThatDies(String control) throws Exception {
    String said = failing(control);
    assertTrue(said.contains("InternalError: thrown by a control"), said);
  }

  private static String failing(String control) throws Exception {
    String said =
        ChildJvm.run(
            1,
            List.of(),
            jvm("-XX:+UseSerialGC"),
            Map.of(),
            TransparentStress.class,
            SECONDS,
            "64",
            control);
    System.out.print(control + ": " + said);
    return said;
  }

  private static List<String> jvm(String options) {
    List<String> jvm = new ArrayList<>(List.of(options.split(" ", -1)));
    jvm.add("-Xmx256m");
    return jvm;
  }

  /** Not every build of a JDK has every collector. */
  private static void skipWithoutCollector(String options) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(java.toString(), options, "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean known = process.waitFor() == 0;
    if (!known) {
      System.out.println("SKIPPED: this JDK has no " + options);
    }
    assumeTrue(known, options);
  }
}
