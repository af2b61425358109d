package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.controller.matrix.ControllerCsv;
import io.predicomp.controller.matrix.MatrixWorkload;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.process.ProcConnector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller, the matrix and their workloads as a user runs them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ControllerLauncherTest {
  private static final Path PREDICOMP = Launched.ROOT.resolve("predicomp");
  private static final long PATIENCE_SECONDS = 60;
  private static final long MATRIX_PATIENCE_SECONDS = 180;

  @TempDir static Path matrixResults;

  /** All seven, each with a fresh controller; runs beside the other tests, as it mostly waits. */
  private static Process matrix;

  @TempDir Path directory;

  @BeforeAll
  static void startMatrix() throws IOException {
    matrix =
        Launched.start(
            Launched.ROOT,
            Launched.ROOT.resolve("workloads/scripts/run_controller_workload_matrix.sh"),
            "--delay-sec",
            "0.5",
            "--duration-sec",
            "2",
            "--region-mb",
            "4",
            "--results",
            matrixResults.toString(),
            "--json");
  }

  @AfterAll
  static void endMatrix() {
    matrix.destroy();
  }

  private Process start(Path socket, Path csv, boolean privileged, String events)
      throws IOException {
    Process controller =
        builder(
                privileged,
                "controller",
                "--delay-sec",
                "0.5",
                "--events",
                events,
                "--csv",
                csv.toString(),
                "--sock",
                socket.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("controller.log").toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(socket)) {
      assertTrue(controller.isAlive() && System.nanoTime() < end, this::log);
      Thread.onSpinWait();
    }
    return controller;
  }

  /** As root, a program without privilege is one that setpriv has taken it from. */
  private ProcessBuilder builder(boolean privileged, String... arguments) {
    ProcessBuilder builder = Launched.builder(directory, PREDICOMP, arguments);
    if (!privileged && System.getProperty("user.name").equals("root")) {
      builder.command().addAll(0, List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
    }
    return builder;
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("controller.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Process startBurst(Path socket, String policy) throws IOException {
    return Launched.start(
        Launched.ROOT,
        Launched.bin("interactive_burst"),
        "--duration-sec",
        "2",
        "--region-mb",
        "4",
        "--use-mem-arena",
        "--controller-enroll",
        "--controller-sock",
        socket.toString(),
        "--compress-policy",
        policy,
        "--json");
  }

  @Test
  void withoutPrivilegeItWorksByOtherMeansAndSaysSo() throws Exception {
    Path socket = directory.resolve("socket");
    Path csv = directory.resolve("rows.csv");
    Process controller = start(socket, csv, false, "auto");
    try {
      Process other = startBurst(socket, "internal");
      JsonNode external = Launched.finish(startBurst(socket, "external")).json();
      assertEquals("external", external.get("compress_policy").textValue());
      assertEquals(1, external.get("external_compress_triggers").intValue());
      assertEquals(1, external.get("demotions").intValue());
      assertEquals("ok", external.get("verification").textValue());
      JsonNode internal = Launched.finish(other).json();
      assertEquals(0, internal.get("external_compress_triggers").intValue());
      assertTrue(internal.get("demotions").intValue() > 1, internal::toString);
    } finally {
      controller.destroy();
      assertTrue(controller.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), this::log);
    }
    assertEquals(143, controller.exitValue(), this::log);
    assertFalse(Files.exists(socket), "the socket is left behind");
    String text = Files.readString(csv);
    assertTrue(text.startsWith("# predicomp controller"), text);
    String comment = text.lines().findFirst().orElseThrow();
    assertTrue(comment.contains("events: netlink") || comment.contains("events: polling"), comment);
    assertTrue(log().contains("eBPF cannot be used: "), this::log);
    List<Map<String, String>> enrolled = bursts(csv);
    assertEquals(2, enrolled.size(), text);
    assertEquals(
        List.of("0", "1"),
        enrolled.stream().map(row -> row.get("compress_ack")).sorted().toList(),
        text);
    assertEquals(
        List.of("0", "1"),
        enrolled.stream().map(row -> row.get("compress_sent")).sorted().toList(),
        text);
  }

  private static List<Map<String, String>> bursts(Path csv) throws IOException {
    return ControllerCsv.read(csv).stream()
        .filter(row -> row.get("workload_name").equals("interactive_burst"))
        .toList();
  }

  /** The programs in the kernel are what root gets anyway: in the other tests. */
  @ParameterizedTest
  @CsvSource({"netlink,netlink", "proc,polling"})
  void theOtherSourcesServe(String events, String description) throws Exception {
    if (events.equals("netlink")) {
      assumeProcConnector();
    }
    Path socket = directory.resolve("socket");
    Path csv = directory.resolve("rows.csv");
    Process controller = start(socket, csv, true, events);
    Launched burst;
    try {
      burst = Launched.finish(startBurst(socket, "external"));
    } finally {
      controller.destroy();
      assertTrue(controller.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), this::log);
    }
    assertEquals(1, burst.json().get("external_compress_triggers").intValue());
    assertEquals("ok", burst.json().get("verification").textValue());
    String comment = Files.readAllLines(csv).getFirst();
    assertTrue(comment.contains("events: " + description), comment);
    assertEquals(1, bursts(csv).size(), this::log);
    Map<String, String> row = bursts(csv).getFirst();
    assertEquals("1", row.get("compress_ack"), row::toString);
    assertEquals("1", row.get("exited"), row::toString);
    assertTrue(Long.parseLong(row.get("compress_ops")) > 0, row::toString);
  }

  private static void assumeProcConnector() {
    try (ProcConnector connector = ProcConnector.open()) {
      assertTrue(connector.fd().isPresent());
    } catch (ErrnoException e) {
      System.out.println("SKIPPED: " + e.getMessage());
      abort(e.getMessage());
    }
  }

  @Test
  void rowsAreGoodAlsoAfterKill() throws Exception {
    Path socket = directory.resolve("socket");
    Path csv = directory.resolve("rows.csv");
    Process controller = start(socket, csv, true, "auto");
    try {
      Launched second =
          Launched.finish(
              builder(true, "controller", "--csv", csv.toString(), "--sock", socket.toString())
                  .start());
      assertEquals(2, second.exitCode(), second.toString());
      assertTrue(second.err().contains("another controller listens there"), second.err());
      assertTrue(Files.readString(csv).startsWith("#"), "the rows of the first are gone");
      assertEquals(0, Launched.finish(startBurst(socket, "both")).exitCode());
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.readString(csv).contains("interactive_burst")) {
        assertTrue(System.nanoTime() < end, this::log);
        Thread.onSpinWait();
      }
    } finally {
      controller.destroyForcibly().waitFor();
    }
    assertTrue(Files.readString(csv).endsWith("\n"));
    Map<String, String> row = bursts(csv).getFirst();
    assertEquals("1", row.get("exited"));
    assertTrue(Integer.parseInt(row.get("compress_ack")) >= 1, row::toString);
    assertTrue(Long.parseLong(row.get("compress_ops")) > 0, row::toString);
  }

  /** All at once, as each takes its second. */
  @Test
  void observersEndWithTotalsWithAndWithoutPrivilege() throws Exception {
    List<Process> privileged = startObservers(true);
    for (Process observer : startObservers(false)) {
      assertTrue(totalsOf(observer).err().contains("eBPF cannot be used: "));
    }
    for (Process observer : privileged) {
      totalsOf(observer);
    }
  }

  private List<Process> startObservers(boolean privileged) throws IOException {
    List<Process> observers = new ArrayList<>();
    for (String observer : List.of("fork", "page-fault", "reclaim")) {
      observers.add(
          builder(privileged, "probe", observer, "--duration-sec", "1", "--json").start());
    }
    return observers;
  }

  private static Launched totalsOf(Process observer) throws IOException {
    Launched run = Launched.finish(observer);
    assertEquals(0, run.exitCode(), run.toString());
    JsonNode last = new ObjectMapper().readTree(run.out().lines().toList().getLast());
    assertEquals("totals", last.get("event").textValue());
    return run;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "controller --delay-sec -1|--delay-sec|0 to 86400",
        "controller --delay-sec x|--delay-sec|0 to 86400",
        "controller --duration-sec 86401|--duration-sec|0 to 86400",
        "controller --policy now|--policy|delay, psi or idle",
        "controller --policy psi --psi-cgroup /no/such|--psi-cgroup|memory.pressure",
        "controller --psi-cgroup /x|--psi-cgroup|needs --policy psi",
        "controller --psi-threshold 5|--psi-threshold|needs --policy psi",
        "controller --idle-threshold 5|--idle-threshold|needs --policy idle",
        "controller --events magic|--events|auto, ebpf, netlink or proc",
        "controller --csv /no/such/file --events proc|--csv|cannot be written",
        "controller --sock /no/such/socket --events proc|--sock|ENOENT",
        "probe|probe fork|Say",
        "probe reclaim --interval-ms 9|--interval-ms|10 to 60000",
        "matrix --delay-sec 20 --duration-sec 20|--delay-sec|is not less than",
        "matrix --workloads nothing|--workloads|is not one of anon_streamer, ",
        "matrix --results /dev/null/x|--results|no directory that can be written",
        "matrix --duration-sec 301|--duration-sec|1 to 300",
        "anon_streamer --controller-enroll|--controller-enroll|needs --use-mem-arena",
        "anon_streamer --use-mem-arena --controller-sock x|--controller-sock|needs"
            + " --controller-enroll",
        "anon_streamer --use-mem-arena --compress-policy external|--compress-policy|needs"
            + " --controller-enroll",
        "anon_streamer --use-mem-arena --controller-enroll --compress-policy x|--compress-policy"
            + "|internal, external or both",
        "anon_streamer --use-mem-arena --controller-enroll --controller-sock /no/such"
            + "|--controller-sock|start one with ./predicomp controller",
        "anon_streamer --use-mem-arena --controller-enroll --compress-policy external"
            + " --arena-autoloops|--arena-autoloops|--compress-policy both"
      })
  void isRefused(String line) {
    String[] parts = line.split("\\|", -1);
    RefusalTest.Answer answer = RefusalTest.ask(parts[0]);
    assertEquals(2, answer.code(), answer.err());
    assertEquals(1, answer.err().lines().count(), answer.err());
    assertTrue(answer.err().contains(parts[1]) && answer.err().contains(parts[2]), answer.err());
  }

  @Test
  @Order(Integer.MAX_VALUE) // when it has had most of its time
  void theMatrixRunsEveryWorkload() throws Exception {
    Launched run = Launched.finish(matrix, MATRIX_PATIENCE_SECONDS);
    assertEquals(0, run.exitCode(), run.toString());
    JsonNode all = run.json();
    assertEquals(7, all.get("workloads").intValue());
    assertEquals(0, all.get("failed").intValue());
    Path results;
    try (var entries = Files.list(matrixResults)) {
      results = entries.findFirst().orElseThrow();
    }
    ObjectMapper json = new ObjectMapper();
    assertEquals(all, json.readTree(results.resolve("summary.json").toFile()));
    for (MatrixWorkload workload : MatrixWorkload.values()) {
      Path own = results.resolve(workload.command());
      assertTrue(Files.readString(own.resolve("controller.log")).contains("watching"));
      JsonNode summary = json.readTree(own.resolve("summary.json").toFile());
      assertEquals("ok", summary.get("result").textValue());
      assertEquals(
          workload.isTriggerable() ? "triggerable" : "observe-only",
          summary.get("tier").textValue());
      assertEquals(
          workload.isTriggerable() ? "done" : "ineligible", summary.get("compression").textValue());
      assertEquals(
          json.readTree(own.resolve("workload.stdout").toFile()), summary.get("workload_output"));
      assertFalse(ControllerCsv.read(own.resolve("controller.csv")).isEmpty());
    }
  }

  @Test
  void aWorkloadThatFailsDoesNotStopTheNextAndTheExitCodeTells() throws Exception {
    Launched run =
        Launched.run(
            PREDICOMP,
            180,
            "matrix",
            "--workloads",
            "anon_streamer,fork_exit_storm",
            "--workers",
            "300", // more than a region of 1 MiB has pages
            "--region-mb",
            "1",
            "--delay-sec",
            "0.5",
            "--duration-sec",
            "1",
            "--results",
            directory.toString());
    assertEquals(1, run.exitCode(), run.toString());
    assertTrue(run.out().contains("anon_streamer: it ended with exit code 2"), run.toString());
    assertTrue(run.out().lines().anyMatch(line -> line.startsWith("fork_exit_storm")), run.out());
  }
}
