package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.TransparentSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link TransparentSituations} in JVMs that others have their hands in as well. */
class TransparentSituationsTest {
  @TempDir Path directory;

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  @Test
  void forkWhilePagesAreCold() throws Exception {
    for (String mechanism : List.of("FORK", "POSIX_SPAWN")) {
      run(List.of("-Djdk.lang.Process.launchMechanism=" + mechanism), Map.of());
    }
  }

  @Test
  void libjsigIsPreloaded() throws Exception {
    Path libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
    assertTrue(Files.exists(libjsig), "JDK without " + libjsig);
    run(List.of("-Xcheck:jni"), Map.of("LD_PRELOAD", libjsig.toString()));
  }

  @Test
  void aFlightIsRecorded() throws Exception {
    Path file = directory.resolve("flight.jfr");
    run(List.of("-XX:StartFlightRecording=settings=profile,filename=" + file), Map.of());
    assertTrue(Files.size(file) > 0);
  }

  @Test
  void allMemoryIsLocked() throws Exception {
    System.out.print(run(List.of(), Map.of(), "mlockall"));
  }

  private static String run(List<String> options, Map<String, String> environment, String... args)
      throws Exception {
    List<String> jvm = new ArrayList<>(options);
    jvm.addAll(List.of("-XX:+UseSerialGC", "-Xmx64m"));
    String said = ChildJvm.run(jvm, environment, TransparentSituations.class, args);
    assertTrue(said.contains(" came back"), said);
    return said;
  }
}
