package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.workloads.external.Tool;
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
import org.junit.jupiter.params.provider.ValueSource;

/** The wrappers of external benchmarks, run as a user runs them. */
class ExternalLauncherTest {
  private static final Path SCRIPTS = Launched.ROOT.resolve("workloads/scripts");

  @TempDir Path directory;

  private ProcessBuilder builder(Path program, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--results", directory.resolve("results").toString(), "--json"));
    ProcessBuilder builder = Launched.builder(directory, program, all.toArray(String[]::new));
    builder.environment().merge("PATH", directory.toString(), (path, own) -> own + ":" + path);
    return builder;
  }

  private static void requireTool(String name) {
    boolean found = Tool.of(name).orElseThrow().find(System.getenv()).isPresent();
    if (!found && "true".equals(System.getenv("CI"))) {
      fail(name + " is not installed, and in CI nothing is left out");
    }
    if (!found) {
      System.out.println("SKIPPED: " + name + " is not installed");
    }
    assumeTrue(found, name + " is not installed");
  }

  private void standIn(String name, String body) throws IOException {
    Files.createDirectories(directory.resolve(name).getParent());
    Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @CsvSource({
    "stress-ng,run_stressng_profiles.sh,fork",
    "sysbench,run_sysbench_memory_profiles.sh,mib_per_sec",
    "fio,run_fio_cache_profiles.sh,randread"
  })
  void theRealToolRunsWithinItsBoundsAndIsSummedUp(String tool, String script, String finding)
      throws IOException {
    requireTool(tool);
    Launched run =
        Launched.finish(
            builder(SCRIPTS.resolve(script), "--scale", "0.005", "--duration-sec", "1").start());
    assertEquals(0, run.exitCode(), run.toString());
    JsonNode summary = run.json();
    assertTrue(summary.get("findings").has(finding), run.out());
    Path log = Path.of(summary.get("log").asText());
    assertTrue(Files.size(log) >= 0);
    assertEquals(summary, new ObjectMapper().readTree(log.resolveSibling("summary.json").toFile()));
    assertFalse(Files.exists(log.resolveSibling("work")), "its files stayed");
  }

  @ParameterizedTest
  @CsvSource({
    "run_mmtests_stub.sh,MMTESTS_DIR",
    "run_phoronix_stub.sh,phoronix-test-suite batch-setup"
  })
  void aMissingToolIsAHintAndExitCode127(String script, String hint) throws IOException {
    ProcessBuilder builder = builder(SCRIPTS.resolve(script));
    builder.environment().remove("MMTESTS_DIR");
    Launched run = Launched.finish(builder.start());
    assertEquals(127, run.exitCode(), run.toString());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(hint), run.err());
  }

  @Test
  void aWrongMmtestsDirectoryIsNamed() throws IOException {
    ProcessBuilder builder = builder(SCRIPTS.resolve("run_mmtests_stub.sh"));
    builder.environment().put("MMTESTS_DIR", "/no/such");
    Launched run = Launched.finish(builder.start());
    assertEquals(127, run.exitCode(), run.toString());
    assertTrue(run.err().contains("MMTESTS_DIR is '/no/such'"), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"check_tools.sh"})
  void theToolsAreListed(String script) throws IOException {
    Launched run = Launched.run(SCRIPTS.resolve(script), "--json");
    assertEquals(0, run.exitCode());
    for (Tool tool : Tool.values()) {
      assertTrue(run.json().get(tool.label()).has("status"), run.out());
    }
  }

  @Test
  void mmtestsIsGivenItsConfigInItsOwnDirectory() throws IOException {
    standIn("mmtests/run-mmtests.sh", "pwd; echo \"$@\"; [ -f \"$3\" ]");
    Files.createDirectories(directory.resolve("mmtests/configs"));
    Files.writeString(directory.resolve("mmtests/configs/config-x"), "");
    ProcessBuilder builder =
        builder(SCRIPTS.resolve("run_mmtests_stub.sh"), "--test", "configs/config-x");
    builder.environment().put("MMTESTS_DIR", directory.resolve("mmtests").toString());
    Launched run = Launched.finish(builder.start());
    assertEquals(0, run.exitCode(), run.toString());
    String log = Files.readString(Path.of(run.json().get("log").asText()));
    assertTrue(
        log.matches("(?s).*/mmtests\n--no-monitor --config configs/config-x mmtests-.*"), log);

    builder.command().set(2, "configs/no-such");
    Launched refused = Launched.finish(builder.start());
    assertEquals(2, refused.exitCode(), refused.toString());
    assertTrue(refused.err().contains("configs/no-such"), refused.err());
  }

  @Test
  void phoronixIsGivenTheNameOfItsResults() throws IOException {
    standIn("phoronix-test-suite", "echo \"$@\" $TEST_RESULTS_NAME; exit 3");
    Launched run =
        Launched.finish(
            builder(SCRIPTS.resolve("run_phoronix_stub.sh"), "--test", "pts/x").start());
    assertEquals(1, run.exitCode(), run.toString());
    JsonNode summary = run.json();
    assertEquals(3, summary.get("exit_code").asInt());
    String log = Files.readString(Path.of(summary.get("log").asText()));
    assertTrue(log.startsWith("batch-benchmark pts/x phoronix-"), log);
    assertEquals(1, run.err().lines().count(), run.err());
  }

  private static final String HANGS =
      "trap '' TERM; sleep 600 & echo begun $!; echo $! >$PIDS; sleep 600";

  @Test
  void aToolThatHangsIsKilledWithAllItsProcessesAndItsLogIsKept() throws Exception {
    standIn("phoronix-test-suite", HANGS);
    ProcessBuilder builder = builder(SCRIPTS.resolve("run_phoronix_stub.sh"), "--timeout-sec", "1");
    builder.environment().put("PIDS", directory.resolve("pids").toString());
    Launched run = Launched.finish(builder.start());
    assertEquals(124, run.exitCode(), run.toString());
    assertEquals("timed_out", run.json().get("end").asText());
    assertTrue(
        Files.readString(Path.of(run.json().get("log").asText())).startsWith("begun"), run.out());
    assertEnds(pid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void aSignalToUsEndsTheTool(String signal) throws Exception {
    // As most programs, it ends when it is asked to.
    standIn("phoronix-test-suite", HANGS.replace("trap '' TERM; ", ""));
    ProcessBuilder builder = builder(SCRIPTS.resolve("run_phoronix_stub.sh"));
    builder.environment().put("PIDS", directory.resolve("pids").toString());
    Process process = builder.start();
    long pid = pid();
    new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
    Launched run = Launched.finish(process);
    assertEquals(signal.equals("TERM") ? 143 : 137, run.exitCode(), run.toString());
    if (signal.equals("TERM")) {
      assertEquals("interrupted", run.json().get("end").asText());
      Path log = Path.of(run.json().get("log").asText());
      assertFalse(Files.exists(log.resolveSibling("work")), "its files stayed");
    }
    assertEnds(pid);
  }

  private long pid() throws Exception {
    Path pids = directory.resolve("pids");
    long giveUp = System.nanoTime() + 30_000_000_000L;
    while (!Files.exists(pids) || Files.readString(pids).isBlank()) {
      assertTrue(System.nanoTime() < giveUp, "the tool did not begin");
      new ProcessBuilder("sleep", "0.05").start().waitFor();
    }
    return Long.parseLong(Files.readString(pids).strip());
  }

  private static void assertEnds(long pid) throws Exception {
    long giveUp = System.nanoTime() + 60_000_000_000L;
    while (isRunning(pid)) {
      assertTrue(System.nanoTime() < giveUp, "left: " + pid);
      new ProcessBuilder("sleep", "0.05").start().waitFor();
    }
  }

  /** A zombie that nobody's init has reaped yet runs no more. */
  private static boolean isRunning(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({"512k,KiB of disk are free", "2m,No space left on device"})
  void aFullDiskIsOneSentence(String size, String reason) throws Exception {
    Path disk = Files.createDirectory(directory.resolve("results"));
    boolean mounted =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString())
                .start()
                .waitFor()
            == 0;
    if (!mounted) {
      System.out.println("SKIPPED: a small disk cannot be mounted without root");
    }
    assumeTrue(mounted, "cannot mount");
    try {
      standIn("phoronix-test-suite", "yes | head -c 4000000");
      Launched run = Launched.finish(builder(SCRIPTS.resolve("run_phoronix_stub.sh")).start());
      assertEquals(1, run.exitCode(), run.toString());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().contains(reason), run.err());
    } finally {
      assertEquals(0, new ProcessBuilder("umount", disk.toString()).start().waitFor());
    }
  }
}
