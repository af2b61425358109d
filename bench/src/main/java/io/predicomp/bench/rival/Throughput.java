package io.predicomp.bench.rival;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.bench.result.ChildJvm;
import io.predicomp.workloads.cli.Predicomp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What each workload gets done plain and on the arena, as fast as it can. */
final class Throughput {
  private static final String REGION_MB = "64";

  /** The memory workloads, and what they count. */
  private static final Map<String, String> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("interactive_burst", "touches");
    UNITS.put("anon_streamer", "passes");
    UNITS.put("random_touch_heap", "ops");
    UNITS.put("mmap_churn", "ops");
  }

  private final int seconds;
  private final long seed;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;

  Throughput(int seconds, long seed, BooleanSupplier interrupted, Consumer<String> progress) {
    this.seconds = seconds;
    this.seed = seed;
    this.interrupted = interrupted;
    this.progress = progress;
  }

  /** {@return one row for each workload and kind of memory} */
  List<Map<String, Object>> run() throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String workload : UNITS.keySet()) {
      for (boolean arena : new boolean[] {false, true}) {
        if (!interrupted.getAsBoolean()) {
          progress.accept(workload + (arena ? " on the arena" : ", plain"));
          run(workload, arena, rows);
        }
      }
    }
    return rows;
  }

  private void run(String workload, boolean arena, List<Map<String, Object>> rows)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                workload,
                "--json",
                "--duration-sec",
                Integer.toString(seconds),
                "--workers",
                "1",
                "--seed",
                Long.toString(seed)));
    if (!workload.equals("mmap_churn")) {
      arguments.addAll(List.of("--region-mb", REGION_MB));
    }
    if (workload.equals("random_touch_heap")) {
      arguments.addAll(List.of("--ops-per-sec", "1000000"));
    }
    if (arena) {
      arguments.add("--use-mem-arena");
      if (!workload.equals("mmap_churn")) {
        arguments.add("--arena-autoloops");
      }
    }
    Process process =
        ChildJvm.of(Predicomp.class, arguments)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    JsonNode result = new ObjectMapper().readTree(process.getInputStream().readAllBytes());
    if (interrupted.getAsBoolean()) {
      return;
    }
    if (result == null || !result.has(UNITS.get(workload))) {
      throw new IOException("the workload " + workload + " gave no result");
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("workload", workload);
    row.put("memory", arena ? "arena" : "plain");
    row.put("unit", UNITS.get(workload));
    row.put(
        "per_second",
        result.get(UNITS.get(workload)).asDouble() * 1e3 / result.get("elapsed_ms").asDouble());
    row.put("saved_percent", result.path("saved_percent").asDouble(0));
    row.put("cpu_seconds", result.path("cpu_seconds").asDouble(0));
    rows.add(row);
  }
}
