package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What workloads/README.md promises of every run, kept by the launchers. */
class PromisesLauncherTest {
  private static final int REGION_MB = 23; // no other mapping is as large

  /**
   * Somebody else changes what a run has written, in its memory, while it works. A page of an arena
   * may be compressed just then or keep an older copy, so all of them are changed.
   */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "checked"})
  void changedContentsAreNamedAndExitCode1(String memory) throws Exception {
    for (int seconds = 2; ; seconds *= 2) {
      List<String> arguments =
          new ArrayList<>(List.of("--json", "--verify", "--workers", "2", "--ops-per-sec"));
      arguments.addAll(List.of("200000", "--region-mb", Integer.toString(REGION_MB)));
      arguments.addAll(List.of("--duration-sec", Integer.toString(seconds)));
      if (!memory.equals("plain")) {
        arguments.addAll(List.of("--use-mem-arena", "--arena-access", memory));
      }
      Process process =
          Launched.start(
              Launched.ROOT, Launched.bin("random_touch_heap"), arguments.toArray(String[]::new));
      RunningProcess running = new RunningProcess(process);
      boolean changed =
          running.awaitThreads(Set.of("worker-0", "worker-1"))
              && running.damage((long) REGION_MB << 20)
              && running.threads().contains("worker-0"); // before anything was read back
      Launched run = Launched.finish(process);
      if (!changed && seconds < 32) {
        continue; // a busy machine: it was over too soon
      }
      assertTrue(changed, "no run could be changed while it worked: " + run);
      assertEquals(1, run.exitCode(), run.toString());
      assertEquals("failed", run.json().get("verification").asText());
      String difference = run.json().get("difference").asText();
      assertTrue(
          difference.matches(
              "page [0-9]+ is wrong at byte [0-9]+: expected 0x[0-9a-f]{2}, found 0x[0-9a-f]{2}"),
          difference);
      assertEquals("random_touch_heap: " + difference + ".\n", run.err());
      return;
    }
  }

  @ParameterizedTest
  @CsvSource({"random_touch_heap,--region-mb,2000", "mmap_churn,--map-kb,50"})
  void aRateThatCanBeReachedIs(String workload, String size, String rate) throws IOException {
    JsonNode json = paced(workload, size, rate);
    assertFalse(json.has("note"), json::toString);
    assertTrue(
        json.get("achieved_ops_per_sec").asDouble() >= 0.99 * Long.parseLong(rate), json::toString);
  }

  @ParameterizedTest
  @CsvSource({"random_touch_heap,--region-mb,1000000000", "mmap_churn,--map-kb,100000"})
  void ofARateThatCannotBeReachedTheOutputSaysWhatWas(String workload, String size, String rate)
      throws IOException {
    JsonNode json = paced(workload, size, rate);
    assertEquals(
        "reached %.0f of %s operations a second"
            .formatted(json.get("achieved_ops_per_sec").asDouble(), rate),
        json.path("note").asText());
  }

  private static JsonNode paced(String workload, String size, String rate) throws IOException {
    Launched run =
        Launched.longEnough(
            1,
            seconds ->
                Launched.run(
                    Launched.bin(workload),
                    "--json",
                    "--duration-sec",
                    Integer.toString(seconds),
                    "--workers",
                    "2",
                    size,
                    "8",
                    "--ops-per-sec",
                    rate),
            json -> !json.has("note") || Long.parseLong(rate) >= 100_000);
    assertEquals(0, run.exitCode(), run.err());
    return run.json();
  }

  @Test
  void asManyThreadsAsWorkers() throws Exception {
    Process process =
        Launched.start(
            Launched.ROOT,
            Launched.bin("anon_streamer"),
            "--duration-sec",
            "120",
            "--region-mb",
            "4",
            "--workers",
            "3",
            "--json");
    RunningProcess running = new RunningProcess(process);
    assertTrue(running.awaitThreads(Set.of("worker-0", "worker-1", "worker-2")));
    Set<String> workers = new TreeSet<>(running.threads());
    workers.removeIf(name -> !name.startsWith("worker-"));
    assertEquals(Set.of("worker-0", "worker-1", "worker-2"), workers);
    process.toHandle().destroy(); // its streams stay open
    Launched run = Launched.finish(process);
    assertEquals(143, run.exitCode(), run.toString());
    assertEquals(3, run.json().get("workers").asInt());
  }

  /** Two seconds are time for four lines. */
  @Test
  void nothingIsShownOfARunWhoseOutputIsAPipe() throws IOException {
    Launched run =
        Launched.run(
            Launched.bin("interactive_burst"),
            "--duration-sec",
            "2",
            "--region-mb",
            "4",
            "--use-mem-arena");
    assertEquals(0, run.exitCode());
    assertEquals("", run.err());
    assertFalse(run.out().contains("\r") || run.out().contains("\u001b"), run.out());
  }

  @Test
  void aLineOfProgressOnATerminal() throws Exception {
    Path script = Path.of("/usr/bin/script");
    Assumptions.assumeTrue(
        Files.isExecutable(script), "SKIPPED: no script(1) to make a terminal (bsdutils)");
    String command =
        Launched.bin("interactive_burst") + " --duration-sec 300 --region-mb 4 --use-mem-arena";
    Process process =
        Launched.builder(
                Launched.ROOT, script, "--quiet", "--return", "--command", command, "/dev/null")
            .redirectErrorStream(true)
            .start();
    StringBuilder seen = new StringBuilder();
    try {
      int next;
      while (seen.indexOf("\rrunning, ") < 0 && (next = process.getInputStream().read()) >= 0) {
        seen.append((char) next);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }
    assertTrue(seen.indexOf("\rrunning, ") >= 0, seen.toString());
  }
}
