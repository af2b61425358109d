package io.predicomp.bench.rival;

import io.predicomp.bench.result.Results;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The comparison as tables for a terminal. */
public final class ComparisonTable {
  private ComparisonTable() {}

  /** {@return a table for each dataset, one of the workloads, and who is missing and why} */
  public static String of(Results results) {
    StringBuilder text = new StringBuilder();
    String dataset = "";
    for (Map<String, Object> row : results.rows()) {
      if (!row.get("dataset").equals(dataset)) {
        dataset = String.valueOf(row.get("dataset"));
        text.append(
            String.format(
                Locale.ROOT,
                "%s: %d pages of 4 KiB, all of them cold%n%-20s %9s %7s %11s %10s %31s %9s%n",
                dataset,
                (int) number(row, "pages"),
                "",
                "held MiB",
                "share",
                "demote µs",
                "CPU µs",
                "read p50 / p90 / p99 / p99.9 µs",
                "CPU µs"));
      }
      text.append(line(row));
    }
    workloads(results, text);
    Map<?, ?> absent = (Map<?, ?>) results.more().get("absent");
    absent.forEach((name, reason) -> text.append("Without " + name + ": " + reason + ".\n"));
    return text.toString();
  }

  private static String line(Map<String, Object> row) {
    return String.format(
        Locale.ROOT,
        "%-20s %9.2f %7.3f %11.2f %10.2f %7.2f / %5.2f / %5.2f / %5.1f %9.2f%n",
        row.get("contender"),
        number(row, "held_bytes") / (1 << 20),
        number(row, "held_share"),
        number(row, "demote_us_per_page"),
        number(row, "demote_cpu_us_per_page"),
        number(row, "read_p50_ns") / 1e3,
        number(row, "read_p90_ns") / 1e3,
        number(row, "read_p99_ns") / 1e3,
        number(row, "read_p999_ns") / 1e3,
        number(row, "read_cpu_us_per_page"));
  }

  private static void workloads(Results results, StringBuilder text) {
    List<?> rows = (List<?>) results.more().get("workloads");
    if (rows.isEmpty()) {
      return;
    }
    text.append(
        String.format(
            Locale.ROOT, "%-20s %-7s %16s %9s%n", "workload", "memory", "a second", "saved"));
    for (Object each : rows) {
      Map<?, ?> row = (Map<?, ?>) each;
      text.append(
          String.format(
              Locale.ROOT,
              "%-20s %-7s %9.0f %-7s %7.1f %%%n",
              row.get("workload"),
              row.get("memory"),
              ((Number) row.get("per_second")).doubleValue(),
              row.get("unit"),
              ((Number) row.get("saved_percent")).doubleValue()));
    }
  }

  private static double number(Map<String, Object> row, String name) {
    return ((Number) row.get(name)).doubleValue();
  }
}
