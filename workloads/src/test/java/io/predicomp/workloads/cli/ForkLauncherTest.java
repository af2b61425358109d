package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker;
import io.predicomp.os.process.UserThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The workloads that make processes, run as a user runs them. */
class ForkLauncherTest {
  private static Path script(Path directory, String body) throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void requireForker() {
    boolean can = Forker.probe() instanceof ProbeResult.Supported;
    if (!can) {
      System.out.println("SKIPPED: " + Forker.probe());
    }
    assumeTrue(can, "no libpredicomp");
  }

  @ParameterizedTest
  @CsvSource({
    "fork_exit_storm,forks,fork",
    "fork_touch_exit,forks,fork",
    "fork_exec_storm,execs,exec"
  })
  void runsAndReachesItsRate(String workload, String count, String latency) throws IOException {
    requireForker();
    Launched run =
        Launched.longEnough(
            2,
            seconds ->
                Launched.run(
                    Launched.bin(workload),
                    "--duration-sec",
                    Integer.toString(seconds),
                    "--workers",
                    "2",
                    "--fork-rate",
                    "10",
                    "--json"),
            json -> json.get(count).asLong() >= 36);
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    JsonNode json = run.json();
    assertEquals(workload, json.get("workload").asText());
    assertTrue(json.get(count).asLong() >= 36, run.out());
    assertTrue(json.get(latency + "_p50_ns").asLong() > 0, run.out());
    assertTrue(json.get("wait_p50_ns").asLong() > 0, run.out());
    assertEquals(0, json.get("failures").asLong());
    assertTrue(json.get("bad_exits").isEmpty(), run.out());
    if (workload.equals("fork_touch_exit")) {
      assertEquals(64, json.get("touch_pages").asLong());
      assertTrue(
          json.get("child_minor_faults").asLong() >= 64 * json.get("forks").asLong(), run.out());
    }
  }

  @Test
  void childrenThatFailAreCountedAndNotFatal(@TempDir Path directory) throws IOException {
    Launched run =
        Launched.run(
            Launched.bin("fork_exec_storm"),
            "--duration-sec",
            "1",
            "--exec-path",
            script(directory, "exit 3").toString(),
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = run.json();
    assertEquals(json.get("execs").asLong(), json.get("bad_exits").get("exit code 3").asLong());
  }

  @Test
  void attemptsThatFailAreCountedAndFatalAboveTheThreshold(@TempDir Path directory)
      throws IOException {
    Path noProgram = directory.resolve("no-program");
    Files.writeString(noProgram, "neither a script nor a program");
    Files.setPosixFilePermissions(noProgram, PosixFilePermissions.fromString("rwxr-xr-x"));
    String[] arguments = {
      "--duration-sec",
      "1",
      "--fork-rate",
      "50",
      "--exec-path",
      noProgram.toString(),
      "--json",
      "--max-failed-pct",
      "50"
    };
    Launched fatal = Launched.run(Launched.bin("fork_exec_storm"), arguments);
    assertEquals(1, fatal.exitCode(), fatal.toString());
    assertEquals(1, fatal.err().lines().count(), fatal.err());
    assertTrue(fatal.err().contains("ENOEXEC"), fatal.err());

    arguments[arguments.length - 1] = "100";
    Launched counted = Launched.run(Launched.bin("fork_exec_storm"), arguments);
    assertEquals(0, counted.exitCode(), counted.toString());
    JsonNode json = counted.json();
    assertEquals(0, json.get("execs").asLong());
    assertTrue(json.get("failures_by_errno").get("ENOEXEC").asLong() > 0, counted.out());
  }

  /**
   * As whoever starts us with SIGCHLD ignored leaves it: the kernel reaps, and wait4 finds none.
   */
  @Test
  void worksWhereSigchldIsIgnored() throws IOException {
    requireForker();
    Launched run =
        Launched.run(
            Path.of("/bin/sh"),
            "-c",
            "trap '' CHLD; exec "
                + Launched.bin("fork_exit_storm")
                + " --duration-sec 1 --fork-rate 10 --json");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.json().get("bad_exits").isEmpty(), run.out());
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void aSignalLeavesNoChild(String signal, int code, @TempDir Path directory) throws Exception {
    assumeFalse(
        signal.equals("INT") && Launched.sigintIsIgnored(),
        "SIGINT is ignored by this process and so by its children");
    String slow = script(directory, "exec sleep 600").toString();
    Process process =
        Launched.start(
            Launched.ROOT,
            Launched.bin("fork_exec_storm"),
            "--duration-sec",
            "60",
            "--exec-path",
            slow,
            "--json");
    List<Long> children = awaitChildren(process, "sleep");
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
    Launched run = Launched.finish(process);
    assertEquals(code, run.exitCode(), run.toString());
    JsonNode json = run.json();
    assertTrue(json.get("interrupted").asBoolean());
    assertTrue(json.get("killed_at_end").asLong() > 0, run.out());
    for (long child : children) {
      assertFalse(Files.exists(Path.of("/proc/" + child)), "left: " + child);
    }
  }

  @Test
  void forkedChildrenDieWithAParentThatIsKilled() throws Exception {
    requireForker();
    Process process =
        Launched.start(
            Launched.ROOT,
            Launched.bin("fork_touch_exit"),
            "--duration-sec",
            "60",
            "--fork-rate",
            "200",
            "--touch-pages",
            "16384");
    List<Long> children = awaitChildren(process, "worker-");
    process.destroyForcibly().waitFor();
    long giveUp = System.nanoTime() + 60_000_000_000L;
    for (long child : children) {
      while (ProcessHandle.of(child).isPresent() && System.nanoTime() < giveUp) {
        new ProcessBuilder("true").start().waitFor();
      }
      assertFalse(Files.exists(Path.of("/proc/" + child)), "left: " + child);
    }
  }

  /** Only who is not root is bound by the limit; root can become somebody else. */
  @Test
  void theLimitOfProcessesHoldsAndIsCounted() throws IOException {
    requireForker();
    boolean possible = !UserThreads.areLimited() && Files.exists(Path.of("/usr/bin/setpriv"));
    if (!possible) {
      System.out.println("SKIPPED: only root with setpriv can try the limit as another user");
    }
    assumeTrue(possible, "not root, or no setpriv");
    Launched run =
        Launched.longEnough(
            2,
            seconds ->
                Launched.run(
                    Path.of("/usr/bin/setpriv"),
                    "--reuid",
                    "64123",
                    "--clear-groups",
                    // To read the classes under test where they lie.
                    "--inh-caps=-all,+dac_override",
                    "--ambient-caps=-all,+dac_override",
                    "bash",
                    "-c",
                    // Few threads are left beside those of the JVM.
                    "ulimit -u 40; exec "
                        + Launched.bin("fork_touch_exit")
                        + " --workers 4 --fork-rate 200 --touch-pages 8192"
                        + " --max-failed-pct 100 --json --duration-sec "
                        + seconds),
            json -> json.get("failures_by_errno").has("EAGAIN"));
    assertEquals(0, run.exitCode(), run.toString());
    JsonNode json = run.json();
    assertTrue(json.get("rlimit_nproc_binds").asBoolean(), run.out());
    assertEquals(40, json.get("rlimit_nproc").asLong());
    assertTrue(json.get("forks").asLong() > 0, run.out());
    assertTrue(json.get("failures_by_errno").get("EAGAIN").asLong() > 0, run.out());
  }

  /** Children that are no helpers of the launcher: the kernel knows them by their names. */
  private static List<Long> awaitChildren(Process process, String name) throws Exception {
    long giveUp = System.nanoTime() + 30_000_000_000L;
    List<Long> children = new ArrayList<>();
    while (children.isEmpty() && System.nanoTime() < giveUp && process.isAlive()) {
      for (ProcessHandle child : process.children().toList()) {
        try {
          Path comm = Path.of("/proc", Long.toString(child.pid()), "comm");
          if (Files.readString(comm).startsWith(name)) {
            children.add(child.pid());
          }
        } catch (IOException e) {
          // It has ended.
        }
      }
    }
    assertFalse(children.isEmpty(), "no child was made");
    return children;
  }
}
