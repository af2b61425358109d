package io.predicomp.bench.rival;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.bench.result.ChildJvm;
import io.predicomp.bench.result.Spread;
import io.predicomp.workloads.cli.Predicomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What each workload gets done, and what is saved, on plain memory and on the arena, in turn. */
final class WorkloadRuns {
  private static final String PLAIN = "plain";

  private final List<WorkloadCase> cases;
  private final List<String> memories;
  private final int rounds;
  private final long seed;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;

  /**
   * @param memories kinds of memory in turn, {@code plain} first
   * @param rounds runs of each, whose medians are told
   */
  WorkloadRuns(
      List<WorkloadCase> cases,
      List<String> memories,
      int rounds,
      long seed,
      BooleanSupplier interrupted,
      Consumer<String> progress) {
    this.cases = cases;
    this.memories = memories;
    this.rounds = rounds;
    this.seed = seed;
    this.interrupted = interrupted;
    this.progress = progress;
  }

  /** {@return a row for each workload and kind of memory that was run} */
  List<Map<String, Object>> run() throws IOException {
    List<Map<String, List<JsonNode>>> results = new ArrayList<>();
    cases.forEach(_ -> results.add(new LinkedHashMap<>()));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < cases.size(); i++) {
        for (String memory : memories) {
          run(cases.get(i), memory, round, results.get(i));
        }
      }
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      for (Map.Entry<String, List<JsonNode>> runs : results.get(i).entrySet()) {
        rows.add(row(cases.get(i), runs.getKey(), runs.getValue(), results.get(i).get(PLAIN)));
      }
    }
    return rows;
  }

  private void run(WorkloadCase each, String memory, int round, Map<String, List<JsonNode>> results)
      throws IOException {
    if (interrupted.getAsBoolean()) {
      return;
    }
    progress.accept(each.workload() + ", " + memory + ", round " + (round + 1) + " of " + rounds);
    Process process = ChildJvm.of(Predicomp.class, each.arguments(memory, seed)).start();
    process.getOutputStream().close();
    byte[] out = process.getInputStream().readAllBytes();
    byte[] err = process.getErrorStream().readAllBytes(); // a sentence or two
    if (interrupted.getAsBoolean()) {
      return; // the terminal's signal reached the process too
    }
    JsonNode result = new ObjectMapper().readTree(out);
    if (result == null || !result.has("steady_ops_per_sec")) {
      throw new IOException(
          "the workload %s on %s memory gave no result: %s"
              .formatted(each.workload(), memory, new String(err, StandardCharsets.UTF_8).strip()));
    }
    if (result.path("verification").asText().equals("failed")) {
      throw new IOException(
          "the workload %s on %s memory lost contents: %s"
              .formatted(each.workload(), memory, result.path("difference").asText()));
    }
    results.computeIfAbsent(memory, _ -> new ArrayList<>()).add(result);
  }

  private Map<String, Object> row(
      WorkloadCase each, String memory, List<JsonNode> runs, List<JsonNode> plain) {
    double[] ofPlain = new double[Math.min(runs.size(), plain.size())];
    for (int i = 0; i < ofPlain.length; i++) {
      double base = number(plain.get(i), "steady_ops_per_sec");
      ofPlain[i] = base == 0 ? 100 : 100 * number(runs.get(i), "steady_ops_per_sec") / base;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("workload", each.workload());
    row.put("memory", memory);
    row.put("runs", runs.size());
    row.put("unit", each.unit());
    row.put("per_second", median(runs, "steady_ops_per_sec"));
    row.put("work_percent_of_plain", Spread.of(ofPlain).median());
    row.put("saved_percent", median(runs, "steady_saved_percent"));
    row.put("stalled_percent", median(runs, "steady_stalled_percent"));
    row.put("touch_p99_ns", median(runs, "steady_touch_p99_ns"));
    row.put("cpu_percent", 1e5 * median(runs, "steady_cpu_seconds") / median(runs, "steady_ms"));
    row.put("loops_cpu_percent", median(runs, "steady_agent_cpu_percent"));
    row.put("demoted_pages", (long) median(runs, "arena_compress_ops"));
    row.put("decision", runs.getLast().path("decision").asText());
    row.put("command", "./predicomp " + String.join(" ", each.arguments(memory, seed)));
    return row;
  }

  private static double median(List<JsonNode> runs, String key) {
    return Spread.of(runs.stream().mapToDouble(run -> number(run, key)).toArray()).median();
  }

  /** Plain memory has none of the arena's figures: nothing is saved, and nothing waits. */
  private static double number(JsonNode run, String key) {
    return run.path(key).asDouble(0);
  }
}
