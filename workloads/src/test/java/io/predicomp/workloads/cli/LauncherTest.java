package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.TransparentArena;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launchers, run as a user runs them. */
class LauncherTest {
  private static Launched small(String workload, List<String> more) throws IOException {
    return small(workload, more, _ -> true);
  }

  private static Launched small(String workload, List<String> more, Predicate<JsonNode> enough)
      throws IOException {
    return Launched.longEnough(
        1,
        seconds -> {
          List<String> arguments = new ArrayList<>(List.of("--json", "--workers", "2"));
          arguments.addAll(List.of("--duration-sec", Integer.toString(seconds)));
          arguments.addAll(more);
          return Launched.run(Launched.bin(workload), arguments.toArray(String[]::new));
        },
        enough);
  }

  private static List<String> keys(JsonNode json) {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    keys.remove("note"); // there or not, as the machine keeps up
    return keys;
  }

  private static void assertNothingSaid(Launched run) {
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
  }

  @ParameterizedTest
  @CsvSource({
    "interactive_burst,--region-mb,touches",
    "anon_streamer,--region-mb,passes",
    "random_touch_heap,--region-mb,ops",
    "mmap_churn,--map-kb,ops"
  })
  void plain(String workload, String sizeOption, String count) throws IOException {
    Launched run = small(workload, List.of(sizeOption, "8"), json -> json.get(count).asLong() > 0);
    assertNothingSaid(run);
    JsonNode json = run.json();
    assertEquals(workload, json.get("workload").asText());
    assertTrue(json.get(count).asLong() > 0, run.out());
    assertEquals(0, json.get("use_mem_arena").asInt());
    assertEquals("off", json.get("verification").asText());
    assertEquals(JsonKeys.of(workload, false), keys(json));
  }

  @ParameterizedTest
  @CsvSource({
    "interactive_burst,--region-mb,checked",
    "anon_streamer,--region-mb,checked",
    "random_touch_heap,--region-mb,checked",
    "mmap_churn,--arena-region-mb,checked",
    "interactive_burst,--region-mb,transparent",
    "anon_streamer,--region-mb,transparent",
    "random_touch_heap,--region-mb,transparent",
    "mmap_churn,--arena-region-mb,transparent"
  })
  void onTheArena(String workload, String sizeOption, String access, @TempDir Path directory)
      throws IOException {
    assumeAvailable(access);
    Path stats = directory.resolve("stats.json");
    Launched run =
        small(
            workload,
            List.of(
                sizeOption,
                "8",
                "--use-mem-arena",
                "--arena-access",
                access,
                "--arena-checksums",
                "--write-percent",
                "50",
                "--arena-stats-json",
                stats.toString()),
            json -> json.get("arena_compress_ops").asLong() > 0);
    assertNothingSaid(run);
    JsonNode json = run.json();
    assertEquals(1, json.get("use_mem_arena").asInt());
    assertEquals(JsonKeys.of(workload, true), keys(json));
    assertEquals(access, json.get("arena_access").asText());
    assertEquals("as asked for", json.get("arena_access_reason").asText());
    assertEquals("ok", json.get("verification").asText());
    assertEquals(2048, json.get("verified_pages").asLong());
    assertTrue(json.get("arena_compress_ops").asLong() > 0, run.out());
    assertTrue(json.get("pool_bytes").asLong() > 0, run.out());
    JsonNode counters = new ObjectMapper().readTree(stats.toFile());
    assertEquals(json.get("arena_compress_ops").asLong(), counters.get("compress_ops").asLong());
  }

  private static void assumeAvailable(String access) {
    Optional<String> obstacle = TransparentArena.obstacle(ArenaConfig.builder().build());
    if (access.equals("transparent") && obstacle.isPresent()) {
      System.out.println("SKIPPED: " + obstacle.get());
      Assumptions.abort(obstacle.get());
    }
  }

  @Test
  void accessIsTransparentWhereThatWorks() throws IOException {
    JsonNode json =
        small("interactive_burst", List.of("--region-mb", "1", "--use-mem-arena")).json();
    Optional<String> obstacle = TransparentArena.obstacle(ArenaConfig.builder().build());
    assertEquals(
        obstacle.isPresent() ? "checked" : "transparent", json.get("arena_access").asText());
    assertEquals(
        obstacle.orElse("kernel and build allow it"), json.get("arena_access_reason").asText());
  }

  @Test
  void largePagesOtherCodecAndFullPool() throws IOException {
    Launched run =
        small(
            "anon_streamer",
            List.of(
                "--region-mb",
                "32",
                "--idle-ms",
                "10",
                "--use-mem-arena",
                "--arena-page-kb",
                "16",
                "--arena-codec",
                "zstd-1",
                "--arena-cap-mb",
                "8",
                "--fill",
                "ratio=2",
                "--arena-when-full",
                "reject"));
    assertNothingSaid(run);
    JsonNode json = run.json();
    assertEquals("ok", json.get("verification").asText());
    assertEquals(2048, json.get("verified_pages").asLong());
    assertTrue(json.get("pool_bytes").asLong() <= 8L << 20, run.out());
  }

  @Test
  void resultsThatCannotBeWrittenAreAFailure() throws Exception {
    Process process =
        Launched.builder(
                Launched.ROOT,
                Launched.bin("interactive_burst"),
                "--duration-sec",
                "1",
                "--region-mb",
                "1",
                "--json")
            .redirectOutput(new File("/dev/full"))
            .start();
    Launched run = Launched.finish(process);
    assertEquals(1, run.exitCode());
    assertEquals("predicomp: standard output cannot be written.\n", run.err());
  }

  @Test
  void fromAnotherDirectoryAndThroughALink(@TempDir Path directory) throws IOException {
    Path link =
        Files.createSymbolicLink(directory.resolve("burst"), Launched.bin("interactive_burst"));
    Launched run =
        Launched.finish(
            Launched.start(directory, link, "--duration-sec", "1", "--region-mb", "1", "--json"));
    assertNothingSaid(run);
    assertEquals("interactive_burst", run.json().get("workload").asText());
  }

  @ParameterizedTest
  @CsvSource({"checked,touches", "transparent,probation"})
  void theLoopsCompressByThemselves(String access, String source, @TempDir Path directory)
      throws IOException {
    assumeAvailable(access);
    Path trace = directory.resolve("trace.csv");
    Path heat = directory.resolve("heat.csv");
    Launched run =
        Launched.longEnough(
            4,
            seconds ->
                Launched.run(
                    Launched.bin("interactive_burst"),
                    "--json",
                    "--duration-sec",
                    Integer.toString(seconds),
                    "--region-mb",
                    "8",
                    "--active-ms",
                    "20",
                    "--idle-ms",
                    "1500",
                    "--idle-jitter",
                    "--use-mem-arena",
                    "--arena-access",
                    access,
                    "--arena-autoloops",
                    "--arena-hotness",
                    "touches",
                    "--arena-t-cold-ms",
                    "200",
                    "--arena-cpu-pct",
                    "50",
                    "--arena-stall-pct",
                    "50",
                    "--trace-csv",
                    trace.toString(),
                    "--heat-csv",
                    heat.toString()),
            json ->
                json.get("arena_compress_ops").asLong() > 0
                    && json.get("arena_hotness_epoch").asLong() > 5
                    && leastShare(heat) < 1);
    assertNothingSaid(run);
    JsonNode json = run.json();
    assertEquals(1, json.get("arena_autoloops").asInt());
    assertEquals(0, json.get("demotions").asInt(), "the workload itself compresses nothing");
    assertTrue(json.get("arena_compress_ops").asLong() > 0, run.out());
    assertTrue(json.get("arena_hotness_epoch").asLong() > 5, run.out());
    assertTrue(json.get("agent_cpu_seconds").asDouble() > 0, run.out());
    assertEquals(source, json.get("hotness_source").asText());
    assertEquals("ok", json.get("verification").asText());
    List<String> rows = Files.readAllLines(trace);
    assertTrue(rows.size() > 2, rows.toString());
    List<String> columns = List.of(rows.getFirst().split(",", -1));
    assertEquals(DocumentTest.columnsOfTheTrace(), columns, "as workloads/README.md has them");
    assertEquals(columns.size(), rows.getLast().split(",", -1).length);
    assertTrue(leastShare(heat) < 1, "the loops demoted pages, so some were not in memory");
  }

  @Test
  void helpListsTheMeasurementsOfTheBenchModule() throws IOException {
    Launched run = Launched.run(Launched.ROOT.resolve("predicomp"), "--help");
    assertEquals(0, run.exitCode(), run.err());
    for (String name : List.of("process_mem_bench", "codec_sweep", "compare", "report")) {
      assertTrue(run.out().contains("  " + name + " "), run.out());
    }
  }

  /**
   * The smallest share of its pages that a part had in memory; every row is looked at. Some part
   * must have been written to.
   */
  private static double leastShare(Path heat) {
    List<String> rows;
    try {
      rows = Files.readAllLines(heat);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertTrue(
        rows.getFirst().startsWith("seconds,bucket_bytes,share_0,share_1,"), rows.getFirst());
    List<String> columns = List.of(rows.getFirst().split(",", -1));
    int parts = (columns.size() - 2) / 2;
    assertEquals("writes_" + (parts - 1), columns.getLast());
    double least = 1;
    long writes = 0;
    for (String row : rows.subList(1, rows.size())) {
      String[] fields = row.split(",", -1);
      assertEquals(columns.size(), fields.length, row);
      for (int part = 0; part < parts; part++) {
        double share = Double.parseDouble(fields[2 + part]);
        assertTrue(share >= 0 && share <= 1, row);
        least = Math.min(least, share);
        long written = Long.parseLong(fields[2 + parts + part]);
        assertTrue(written >= 0, row);
        writes += written;
      }
    }
    assertTrue(writes > 0, "touches write");
    return least;
  }

  @Test
  void aSummaryForPeople() throws IOException {
    Launched run =
        Launched.run(
            Launched.ROOT.resolve("predicomp"),
            "interactive_burst",
            "--duration-sec",
            "1",
            "--region-mb",
            "4",
            "--use-mem-arena");
    assertNothingSaid(run);
    for (String word :
        List.of("resident", "pool", "ratio", "restores", "stalls", "CPU", "1,024 pages read")) {
      assertTrue(run.out().contains(word), word + " is missing: " + run.out());
    }
  }

  @Test
  void doctorNamesEveryFeature() throws IOException {
    Launched run = Launched.run(Launched.ROOT.resolve("predicomp"), "doctor", "--json");
    assertNothingSaid(run);
    assertEquals("supported", run.json().get("codec_lz4").get("status").asText());
    String library = Forker.probe() instanceof ProbeResult.Supported ? "supported" : "unsupported";
    assertEquals(library, run.json().get("libpredicomp").get("status").asText());
    assertEquals("supported", run.json().get("madvise_dontneed").get("status").asText());
  }

  @Test
  void aWrongOptionIsOneSentenceAndExitCode2() throws IOException {
    Launched run = Launched.run(Launched.bin("anon_streamer"), "--workers", "0");
    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertEquals(
        "predicomp: Invalid value for option '--workers': '0' is not a whole number from 1 to 512, "
            + "or to 65536 with --unsafe-allow-long.\n",
        run.err());
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void aSignalEndsTheRunEarlyWithValidOutput(String signal, int code, @TempDir Path directory)
      throws Exception {
    Path trace = directory.resolve("trace.csv");
    assumeFalse(
        signal.equals("INT") && Launched.sigintIsIgnored(),
        "SIGINT is ignored by this process and so by its children");
    Process process =
        Launched.start(
            Launched.ROOT,
            Launched.bin("interactive_burst"),
            "--duration-sec",
            "60",
            "--region-mb",
            "4",
            "--use-mem-arena",
            "--trace-csv",
            trace.toString(),
            "--json");
    awaitOperations(trace, process);
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
    Launched run = Launched.finish(process);
    assertEquals(code, run.exitCode(), run.toString());
    assertTrue(run.json().get("interrupted").asBoolean());
    assertTrue(run.json().get("touches").asLong() > 0);
    assertEquals("skipped", run.json().get("verification").asText());
    assertTrue(run.json().get("elapsed_ms").asDouble() < 50_000);
  }

  /** Until the trace of a run has counted an operation: from then on an end leaves some behind. */
  private static void awaitOperations(Path trace, Process process) throws Exception {
    while (operations(trace) == 0) {
      assertFalse(process.waitFor(50, TimeUnit.MILLISECONDS), "it ended before its first touch");
    }
  }

  private static long operations(Path trace) throws IOException {
    long operations = 0;
    int column = -1;
    for (String row : Files.exists(trace) ? Files.readAllLines(trace) : List.<String>of()) {
      List<String> cells = List.of(row.split(",", -1));
      if (column < 0) {
        column = cells.indexOf("operations");
      } else if (cells.size() > column + 1) { // written whole
        operations = Long.parseLong(cells.get(column));
      }
    }
    return operations;
  }
}
