package io.predicomp.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A summary for those who stay in the shell. */
public final class TextReport {
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int WIDTH = 60;
  private static final double MEBIBYTE = 1 << 20;

  private final StringBuilder text = new StringBuilder();

  private TextReport() {}

  /** {@return the summary} */
  public static String of(List<Input> inputs) {
    TextReport report = new TextReport();
    inputs.forEach(report::add);
    return report.text.toString();
  }

  private void add(Input input) {
    line("%s (%s)", input.name(), input.kind());
    List<JsonNode> rows = input.rows();
    switch (input.kind()) {
      case "trace" -> trace(rows);
      case "heat" -> series("in memory, %", rows, row -> 100 * meanShare(row), "%.0f");
      case "compare" -> {
        rows.forEach(this::contender);
        input.data().path("workloads").forEach(this::workloadRow);
      }
      case "codec_sweep" -> rows.stream().filter(TextReport::isOnFront).forEach(this::codec);
      case "process_mem_bench" ->
          rows.stream().filter(row -> !isTrue(row.get("warmup"))).forEach(this::process);
      case "reclaim" -> input.data().path("runs").forEach(this::way);
      case "jmh" -> input.data().path("results").forEach(this::microbenchmark);
      default -> workload(input.data());
    }
    text.append('\n');
  }

  private void trace(List<JsonNode> rows) {
    series("resident MiB", rows, row -> row.path("resident_bytes").asDouble() / MEBIBYTE, "%.1f");
    series("pool MiB", rows, row -> row.path("pool_bytes").asDouble() / MEBIBYTE, "%.1f");
    series("restores", differences(rows, "demand_restores"), "%.0f");
    series("prefetches", differences(rows, "prefetches"), "%.0f");
  }

  private static double[] differences(List<JsonNode> rows, String column) {
    double[] values = new double[rows.size()];
    for (int i = 1; i < values.length; i++) {
      values[i] = rows.get(i).path(column).asDouble() - rows.get(i - 1).path(column).asDouble();
    }
    return values;
  }

  private void series(
      String name, List<JsonNode> rows, ToDoubleFunction<JsonNode> value, String format) {
    series(name, rows.stream().mapToDouble(value).toArray(), format);
  }

  private void series(String name, double[] values, String format) {
    double most = 0;
    double least = Double.MAX_VALUE;
    for (double value : values) {
      most = Math.max(most, value);
      least = Math.min(least, value);
    }
    if (values.length > 0) {
      line(
          "  %-14s %s  %s to %s",
          name,
          sparkline(values, WIDTH),
          String.format(Locale.ROOT, format, least),
          String.format(Locale.ROOT, format, most));
    }
  }

  /**
   * {@return the values as bars, from nothing to the highest}
   *
   * @param width the most bars; more values share one, which shows the highest of them
   */
  static String sparkline(double[] values, int width) {
    int bars = Math.min(width, values.length);
    double[] highest = new double[bars];
    double most = 0;
    for (int i = 0; i < values.length; i++) {
      int bar = (int) ((long) i * bars / values.length);
      highest[bar] = Math.max(highest[bar], values[i]);
      most = Math.max(most, values[i]);
    }
    StringBuilder line = new StringBuilder();
    for (double value : highest) {
      int level = most == 0 ? 0 : (int) Math.round(value / most * (BARS.length() - 1));
      line.append(BARS.charAt(level));
    }
    return line.toString();
  }

  private static double meanShare(JsonNode row) {
    double sum = 0;
    int count = 0;
    for (var field : row.properties()) {
      if (field.getKey().startsWith("share_")) {
        sum += field.getValue().asDouble();
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private void contender(JsonNode row) {
    line(
        "  %-12s %-20s holds %5.1f %%  %s  reads p50 %.2f, p99 %.2f, p99.9 %.1f µs",
        row.path("dataset").asText(),
        row.path("contender").asText(),
        100 * row.path("held_share").asDouble(),
        bar(row.path("held_share").asDouble()),
        row.path("read_p50_ns").asDouble() / 1e3,
        row.path("read_p99_ns").asDouble() / 1e3,
        row.path("read_p999_ns").asDouble() / 1e3);
  }

  /** A workload of the comparison; on plain memory, nothing is saved. */
  private void workloadRow(JsonNode row) {
    if (!row.path("memory").asText().equals("plain")) {
      line(
          "  %-18s %-11s saves %5.1f %%, does %5.1f %% of the work on plain memory%s",
          row.path("workload").asText(),
          row.path("memory").asText(),
          row.path("saved_percent").asDouble(),
          row.path("work_percent_of_plain").asDouble(),
          row.path("demoted_pages").asLong() == 0 ? ": " + row.path("decision").asText() : "");
    }
  }

  private static String bar(double share) {
    int full = (int) Math.round(Math.min(1, share) * 20);
    return "█".repeat(full) + "·".repeat(20 - full);
  }

  private void codec(JsonNode row) {
    line(
        "  %-12s %8d bytes  %-14s ratio %5.2f, restore %8.2f µs",
        row.path("dataset").asText(),
        row.path("size_bytes").asInt(),
        row.path("codec").asText(),
        row.path("ratio").asDouble(),
        row.path("decompress_us_per_block").asDouble());
  }

  private void process(JsonNode row) {
    line(
        "  %-12s %-11s run %d  PSS %7.1f -> %6.1f MB  e2e %.3f, stall p50 %.2f, p99 %.2f µs",
        row.path("dataset").asText(),
        row.path("access").asText(),
        row.path("run").asInt(),
        row.path("pss_pre_kb").asDouble() * 1024 / 1e6,
        row.path("pss_post_comp_kb").asDouble() * 1024 / 1e6,
        row.path("ratio_e2e_post_comp").asDouble(),
        row.path("stall_p50_ns").asDouble() / 1e3,
        row.path("stall_p99_ns").asDouble() / 1e3);
  }

  private void way(JsonNode run) {
    line(
        "  %-18s %-9s saves %5.1f %% of the region, does %5.1f %% of the plain run's work",
        run.path("workload").asText(),
        run.path("way").asText(),
        run.path("saved_percent_of_region").asDouble(),
        run.path("work_percent_of_plain").asDouble());
  }

  private void microbenchmark(JsonNode result) {
    String name = result.path("benchmark").asText();
    JsonNode metric = result.path("primaryMetric");
    line(
        "  %-44s %-20s %12.3f %s",
        name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
        String.join(", ", values(result.path("params"))),
        metric.path("score").asDouble(),
        metric.path("scoreUnit").asText());
  }

  private static List<String> values(JsonNode object) {
    List<String> values = new ArrayList<>();
    object.forEach(value -> values.add(value.asText()));
    return values;
  }

  private void workload(JsonNode run) {
    line(
        "  %s: saved %.1f %%, touches p99 %.2f µs, waiting %.2f %%",
        run.path("workload").asText(),
        run.path("saved_percent").asDouble(),
        run.path("touch_p99_ns").asDouble() / 1e3,
        run.path("stalled_percent").asDouble());
  }

  /** In a CSV, true is 1. */
  private static boolean isTrue(JsonNode value) {
    return value != null && (value.asBoolean() || value.asInt() == 1);
  }

  private static boolean isOnFront(JsonNode row) {
    return isTrue(row.get("pareto"));
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is a library of its own
  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
