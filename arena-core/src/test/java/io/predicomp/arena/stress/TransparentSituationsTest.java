package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.predicomp.arena.TransparentSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link TransparentSituations} in JVMs that others have their hands in as well. */
class TransparentSituationsTest {
  private static final List<String> SETPRIV =
      List.of("/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs");

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

  /** A signal for each 100 µs of a thread's CPU time, whose handler walks its stack. */
  @Test
  void aSamplerInterrupts() throws Exception {
    Path file = directory.resolve("samples.jfr");
    run(
        List.of(
            "-XX:StartFlightRecording:jdk.CPUTimeSample#enabled=true,"
                + "jdk.CPUTimeSample#throttle=100us,filename="
                + file),
        Map.of());
    try (RecordingFile recording = new RecordingFile(file)) {
      boolean sampled = false;
      while (recording.hasMoreEvents() && !sampled) {
        sampled = recording.readEvent().getEventType().getName().equals("jdk.CPUTimeSample");
      }
      assertTrue(sampled, "no sample was taken");
    }
  }

  /** Root that keeps nothing but its files; whoever is not root has nothing to lose. */
  @Test
  void withoutAnyPrivilege() throws Exception {
    List<String> starter = List.of();
    if (System.getProperty("user.name").equals("root")) {
      boolean possible = Files.isExecutable(Path.of(SETPRIV.getFirst()));
      if (!possible) {
        System.out.println("SKIPPED: root cannot drop its capabilities without setpriv");
      }
      assumeTrue(possible, "no setpriv");
      starter = SETPRIV;
    }
    String said =
        ChildJvm.run(
            0, starter, List.of("-Xmx64m"), Map.of(), TransparentSituations.class, "privileges");
    assertTrue(said.contains("capabilities 0000000000000000\n"), said);
  }

  @Test
  void allMemoryIsLocked() throws Exception {
    String said = run(List.of(), Map.of(), "mlockall");
    System.out.print(said);
    assumeTrue(said.contains("all memory is locked\n"), said);
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
