package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.predicomp.bench.result.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  private static final Path MARKS = Path.of("/run/predicomp");

  @TempDir Path directory;

  @Test
  void givesEveryContenderTheSamePages() throws IOException {
    Executed run =
        Executed.run(
            "compare",
            "--dataset",
            "json,unique",
            "--region-mb",
            "4",
            "--rounds",
            "1",
            "--workload-sec",
            "0",
            "--csv",
            directory.resolve("c.csv").toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = Executed.valid(directory.resolve("c.json"), "compare");
    Map<String, JsonNode> rows = new HashMap<>();
    for (JsonNode row : json.get("rows")) {
      rows.put(row.get("dataset").asText() + "/" + row.get("contender").asText(), row);
    }
    ObjectNode absent = (ObjectNode) json.get("absent");
    absent
        .properties()
        .forEach(
            entry -> System.out.println("without " + entry.getKey() + ": " + entry.getValue()));
    assertEquals(2 * (8 - absent.size()), rows.size());

    int pages = (4 << 20) / 4096;
    long lz4 = held(rows, "json/arena, checked");
    assertEquals(pages, rows.get("json/arena, checked").get("demoted_pages").asInt());
    assertTrue(lz4 > pages * 4096L / 3 && lz4 < pages * 4096L * 0.6, () -> "holds " + lz4);
    assertTrue(held(rows, "json/arena, dense tier") < lz4 * 0.8);
    assertTrue(held(rows, "json/arena, coldest tier") < held(rows, "json/arena, dense tier"));
    assertTrue(held(rows, "json/bare C") < lz4, "no metadata, no slots");
    assertEquals(pages * 4096L, held(rows, "json/plain memory"));
    assertTrue(held(rows, "unique/arena, checked") >= pages * 4096L, "nothing can be saved");
    assertEquals(0, rows.get("unique/arena, checked").get("demoted_pages").asInt());

    assertTrue(run.out().contains("arena, transparent"), run.out());
    assertTrue(run.out().contains("p99.9"), run.out());
  }

  @Test
  void runsTheWorkloadsOnEachKindOfMemoryInTurn() throws IOException {
    Executed run =
        Executed.run(
            "compare",
            "--contenders",
            "plain",
            "--region-mb",
            "1",
            "--rounds",
            "1",
            "--workload-sec",
            "1",
            "--workload-rounds",
            "2",
            "--csv",
            directory.resolve("w.csv").toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = Executed.valid(directory.resolve("w.json"), "compare");
    boolean transparent = !json.get("absent").has("workloads on transparent memory");
    JsonNode rows = json.get("workloads");
    assertEquals(4 * (transparent ? 3 : 2), rows.size());
    for (JsonNode row : rows) {
      boolean plain = row.get("memory").asText().equals("plain");
      assertEquals(2, row.get("runs").asInt());
      assertEquals(plain, row.get("decision").asText().isEmpty(), row::toString);
      if (plain) {
        assertEquals(100, row.get("work_percent_of_plain").asDouble());
        assertEquals(0, row.get("saved_percent").asDouble());
        assertEquals(0, row.get("demoted_pages").asLong());
      } else if (row.get("demoted_pages").asLong() == 0) {
        String decision = "compressed nothing: " + row.get("decision").asText();
        assertTrue(run.out().contains(decision), run.out());
      }
      String command = row.get("command").asText();
      assertTrue(command.startsWith("./predicomp " + row.get("workload").asText()), command);
      assertEquals(!plain, command.contains("--use-mem-arena"), command);
    }
    assertTrue(run.out().contains("of plain"), run.out());
  }

  private static long held(Map<String, JsonNode> rows, String key) {
    JsonNode row = rows.get(key);
    assertNotNull(row, () -> "no row for " + key);
    return row.get("held_bytes").asLong();
  }

  @Test
  void refusesWhatCannotBe() {
    assertRefused("'lz5' is not one of lz4, zstd", "--codec", "lz5");
    assertRefused("'zswap' is not one of plain, checked", "--contenders", "zswap");
    assertRefused("exclude each other", "--quick", "--full");
    assertRefused("MiB for all contenders", "--region-mb", "1048576");
    assertRefused("file=PATH, heap-dump", "--dataset", "jsn");
  }

  private static void assertRefused(String message, String... options) {
    List<String> arguments = new ArrayList<>(List.of("compare"));
    arguments.addAll(List.of(options));
    Executed run = Executed.run(arguments.toArray(String[]::new));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }

  /** SIGTERM and SIGINT take the same way. */
  @Test
  void writesWhatItHasWhenItIsStopped() throws Exception {
    Process process = start("plain,checked", "stopped.csv");
    awaitReading(process);
    process.destroy();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(128 + 15, process.exitValue());
    JsonNode json = Executed.valid(directory.resolve("stopped.json"), "compare");
    assertTrue(json.get("settings").get("interrupted").asBoolean());
    assertEquals(2, json.get("rows").size());
  }

  @Test
  void nextRunRemovesTheDeviceOfOneThatWasKilled() throws Exception {
    Assumptions.assumeTrue(
        Files.isReadable(Path.of("/sys/class/zram-control/hot_add"))
            && Files.readAllLines(Path.of("/proc/swaps")).size() == 1,
        "SKIPPED: needs root, a kernel with zram, and no swap in use");
    Process process = start("zram", "killed.csv");
    awaitReading(process);
    String device = deviceOf(process.pid());
    assertTrue(Files.readString(Path.of("/proc/swaps")).contains("/dev/" + device));
    assertSaysThatSwapIsInUse(device);
    process.destroyForcibly();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(Files.exists(Path.of("/sys/block", device)), "it was left behind");

    Executed cleanUp = Executed.run("compare", "--clean-up");
    assertEquals(0, cleanUp.exitCode(), cleanUp.err());
    assertTrue(cleanUp.err().contains("Removed: " + device), cleanUp.err());
    assertFalse(Files.readString(Path.of("/proc/swaps")).contains(device));
    assertFalse(Files.exists(Path.of("/sys/block", device)));
    assertFalse(Files.exists(MARKS.resolve(device)));
    assertTrue(Executed.run("compare", "--clean-up").err().contains("No zram device"));
  }

  private void assertSaysThatSwapIsInUse(String device) throws IOException {
    Path csv = directory.resolve("second.csv");
    Executed second =
        Executed.run(
            "compare",
            "--contenders",
            "plain,zram",
            "--region-mb",
            "4",
            "--rounds",
            "1",
            "--workload-sec",
            "0",
            "--csv",
            csv.toString());
    assertEquals(0, second.exitCode(), second.err());
    JsonNode json = Executed.valid(directory.resolve("second.json"), "compare");
    String why = json.get("absent").path("zram").asText();
    assertTrue(why.contains("swap is in use (/dev/" + device + ")"), why);
  }

  private Process start(String contenders, String csv) throws IOException {
    ProcessBuilder builder =
        ChildJvm.of(
            Bench.class,
            List.of(
                "compare",
                "--contenders",
                contenders,
                "--region-mb",
                "4",
                "--rounds",
                "1000",
                "--workload-sec",
                "0",
                "--csv",
                directory.resolve(csv).toString()));
    builder.command().add(1, "-Dpredicomp.terminal=true"); // so that it says what it is doing
    return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static void awaitReading(Process process) throws IOException {
    BufferedReader err = process.errorReader();
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf("round 2: reading") < 0) {
      int next = err.read();
      if (next < 0) {
        throw new AssertionError("it ended: " + seen);
      }
      seen.append((char) next);
    }
    // It must not wait for us to read on.
    Thread.ofVirtual().start(() -> drain(err));
  }

  private static void drain(BufferedReader reader) {
    try {
      while (reader.read() >= 0) {}
    } catch (IOException e) {
      // The process was killed, and its pipe closed.
    }
  }

  private static String deviceOf(long pid) throws IOException {
    try (var marks = Files.list(MARKS)) {
      for (Path mark : marks.toList()) {
        if (Files.readString(mark).startsWith(pid + " ")) {
          return String.valueOf(mark.getFileName());
        }
      }
    }
    throw new AssertionError("no device is marked as that of process " + pid);
  }
}
