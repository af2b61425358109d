package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.predicomp.os.pressure.FreshCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs inside a real cgroup, where one can be made. */
@Isolated("enters a cgroup, where children of other tests must not end up")
class CgroupLauncherTest {
  private static int runs;

  /** Another for each test, so that none is skipped because of what one before it left. */
  private final String name = "predicomp-test-" + ProcessHandle.current().pid() + "-" + ++runs;

  private Path directory = Path.of("unknown");

  @BeforeEach
  void requireCgroup() {
    try (FreshCgroup cgroup = FreshCgroup.enter(Path.of("/"), name, Long.MAX_VALUE)) {
      directory = cgroup.directory();
    } catch (IOException e) {
      System.out.println("SKIPPED: " + e.getMessage());
      abort(e.getMessage());
    }
  }

  @Test
  void aRegionAboveTheLimitIsRefusedAndNoCgroupLeft() throws IOException {
    Launched run =
        Launched.run(
            Launched.bin("anon_streamer"),
            "--cgroup",
            name,
            "--memory-max",
            "64M",
            "--region-mb",
            "128");
    assertEquals(2, run.exitCode(), run.toString());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("--region-mb"), run.err());
    assertTrue(run.err().contains(directory.toString()), run.err());
    assertFalse(Files.exists(directory));
  }

  @Test
  void aCgroupThatExistsIsRefusedAndLeftAlone() throws IOException {
    Files.createDirectory(directory);
    try {
      Launched run = Launched.run(Launched.bin("fork_exit_storm"), "--cgroup", name);
      assertEquals(2, run.exitCode(), run.toString());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().contains(directory + " exists"), run.err());
      assertTrue(Files.exists(directory));
    } finally {
      Files.delete(directory);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"interactive_burst", "fork_exec_storm"})
  void anOrdinaryRunLeavesNoCgroup(String workload) throws IOException {
    Launched run =
        Launched.run(Launched.bin(workload), "--duration-sec", "1", "--cgroup", name, "--json");
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertEquals(workload, run.json().get("workload").asText());
    assertFalse(Files.exists(directory));
  }

  private Process startLongRun(String workload) throws IOException, InterruptedException {
    Process process =
        Launched.start(
            Launched.ROOT,
            Launched.bin(workload),
            "--duration-sec",
            "60",
            "--cgroup",
            name,
            "--memory-max",
            "1G",
            "--json");
    awaitMember(process);
    return process;
  }

  @ParameterizedTest
  @CsvSource({
    "interactive_burst,TERM,143",
    "interactive_burst,INT,130",
    "fork_exec_storm,TERM,143",
    "fork_touch_exit,INT,130"
  })
  void aSignalLeavesNoCgroup(String workload, String signal, int code) throws Exception {
    assumeFalse(
        signal.equals("INT") && Launched.sigintIsIgnored(),
        "SIGINT is ignored by this process and so by its children");
    Process process = startLongRun(workload);
    assertEquals(Long.toString(1L << 30), limit());
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
    Launched run = Launched.finish(process);
    assertEquals(code, run.exitCode(), run.toString());
    assertTrue(run.json().get("interrupted").asBoolean());
    assertFalse(Files.exists(directory));
  }

  /** Nobody is there to remove the cgroup, but the children die, and the next run says so. */
  @Test
  void whatAKilledRunLeavesIsEmptyAndToldTheNext() throws Exception {
    Process process = startLongRun("fork_touch_exit");
    process.destroyForcibly().waitFor();
    try {
      long giveUp = System.nanoTime() + 30_000_000_000L;
      while (!Files.readString(directory.resolve("cgroup.procs")).isBlank()) {
        assertTrue(System.nanoTime() < giveUp, "processes stay in " + directory);
        new ProcessBuilder("true").start().waitFor();
      }
      Launched next = Launched.run(Launched.bin("fork_exit_storm"), "--cgroup", name);
      assertEquals(2, next.exitCode(), next.toString());
      assertEquals(1, next.err().lines().count(), next.err());
      assertTrue(next.err().contains("is empty, as a run leaves it that was killed"), next.err());
    } finally {
      Files.delete(directory);
    }
  }

  private void awaitMember(Process process) throws IOException, InterruptedException {
    long giveUp = System.nanoTime() + 30_000_000_000L;
    while (System.nanoTime() < giveUp && process.isAlive()) {
      if (Files.exists(directory.resolve("cgroup.procs"))
          && Files.readAllLines(directory.resolve("cgroup.procs"))
              .contains(Long.toString(process.pid()))) {
        return;
      }
      Thread.sleep(20);
    }
    throw new AssertionError("never in " + directory);
  }

  private String limit() throws IOException {
    Path version1 = directory.resolve("memory.limit_in_bytes");
    return Files.readString(Files.exists(version1) ? version1 : directory.resolve("memory.max"))
        .strip();
  }
}
