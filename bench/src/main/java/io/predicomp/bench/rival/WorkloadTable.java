package io.predicomp.bench.rival;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The workloads' rows as a table for a terminal. */
final class WorkloadTable {
  private WorkloadTable() {}

  /** Adds the table, and below it what the arena decided wherever it compressed nothing. */
  static void append(List<?> rows, StringBuilder text) {
    if (rows.isEmpty()) {
      return;
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%-18s %-11s %18s %9s %7s %9s %10s %6s %8s%n",
            "workload",
            "memory",
            "a second",
            "of plain",
            "saved",
            "waiting",
            "touch p99",
            "CPU",
            "of it loops"));
    rows.forEach(row -> text.append(line((Map<?, ?>) row)));
    for (Object each : rows) {
      Map<?, ?> row = (Map<?, ?>) each;
      if (!row.get("memory").equals("plain") && number(row, "demoted_pages") == 0) {
        text.append(
            "%s, %s, compressed nothing: %s.%n"
                .formatted(row.get("workload"), row.get("memory"), row.get("decision")));
      }
    }
  }

  private static String line(Map<?, ?> row) {
    return String.format(
        Locale.ROOT,
        "%-18s %-11s %9.0f %-8s %7.1f %% %5.1f %% %7.2f %% %7.2f µs %4.0f %% %9.1f %%%n",
        row.get("workload"),
        row.get("memory"),
        number(row, "per_second"),
        row.get("unit"),
        number(row, "work_percent_of_plain"),
        number(row, "saved_percent"),
        number(row, "stalled_percent"),
        number(row, "touch_p99_ns") / 1e3,
        number(row, "cpu_percent"),
        number(row, "loops_cpu_percent"));
  }

  private static double number(Map<?, ?> row, String name) {
    return ((Number) row.get(name)).doubleValue();
  }
}
