package io.predicomp.bench.rival;

import io.predicomp.bench.result.Results;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The comparison as tables for a terminal. */
public final class ComparisonTable {
  private static final String ARENA = "arena, checked";

  private ComparisonTable() {}

  /** {@return a table for each dataset, one of the workloads, and who is missing and why} */
  public static String of(Results results) {
    StringBuilder text = new StringBuilder();
    Map<String, List<Map<String, Object>>> datasets = new LinkedHashMap<>();
    for (Map<String, Object> row : results.rows()) {
      datasets
          .computeIfAbsent(String.valueOf(row.get("dataset")), name -> new ArrayList<>())
          .add(row);
    }
    datasets.forEach((dataset, rows) -> table(dataset, rows, text));
    WorkloadTable.append((List<?>) results.more().get("workloads"), text);
    Map<?, ?> absent = (Map<?, ?>) results.more().get("absent");
    absent.forEach((name, reason) -> text.append("Without " + name + ": " + reason + ".\n"));
    return text.toString();
  }

  private static void table(String dataset, List<Map<String, Object>> rows, StringBuilder text) {
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d pages of 4 KiB, all of them cold; demoted alone, and beside a thread at work%n"
                + "%-20s %9s %7s %11s %7s %9s %7s %31s %9s%n",
            dataset,
            (int) number(rows.getFirst(), "pages"),
            "",
            "held MiB",
            "share",
            "demote µs",
            "CPU µs",
            "beside µs",
            "CPU µs",
            "read p50 / p90 / p99 / p99.9 µs",
            "CPU µs"));
    rows.forEach(row -> text.append(line(row)));
    ratio(rows, ARENA, "zram", text);
    ratio(rows, "arena, transparent", "zram", text);
    ratio(rows, "arena, dense tier", ARENA, text);
    ratio(rows, "arena, coldest tier", ARENA, text);
    ratio(rows, ARENA, "bare C", text);
  }

  /** What one contender takes of another's bytes and time, if both took part. */
  private static void ratio(
      List<Map<String, Object>> rows, String contender, String baseline, StringBuilder text) {
    Map<String, Object> one = named(rows, contender);
    Map<String, Object> other = named(rows, baseline);
    if (!one.isEmpty() && !other.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s over %s: held %.3f, demotion %.2f and CPU %.2f, beside a thread %.2f and %.2f,"
                  + " read p50 %.2f, p99 %.2f, p99.9 %.2f%n",
              contender,
              other.get("contender"),
              quotient(one, other, "held_bytes"),
              quotient(one, other, "demote_us_per_page"),
              quotient(one, other, "demote_cpu_us_per_page"),
              quotient(one, other, "demote_beside_us_per_page"),
              quotient(one, other, "demote_beside_cpu_us_per_page"),
              quotient(one, other, "read_p50_ns"),
              quotient(one, other, "read_p99_ns"),
              quotient(one, other, "read_p999_ns")));
    }
  }

  private static double quotient(Map<String, Object> one, Map<String, Object> other, String name) {
    return number(one, name) / number(other, name);
  }

  private static Map<String, Object> named(List<Map<String, Object>> rows, String prefix) {
    return rows.stream()
        .filter(row -> String.valueOf(row.get("contender")).startsWith(prefix))
        .findFirst()
        .orElse(Map.of());
  }

  private static String line(Map<String, Object> row) {
    return String.format(
        Locale.ROOT,
        "%-20s %9.2f %7.3f %11.2f %7.2f %9.2f %7.2f %7.2f / %5.2f / %5.2f / %5.1f %9.2f%n",
        row.get("contender"),
        number(row, "held_bytes") / (1 << 20),
        number(row, "held_share"),
        number(row, "demote_us_per_page"),
        number(row, "demote_cpu_us_per_page"),
        number(row, "demote_beside_us_per_page"),
        number(row, "demote_beside_cpu_us_per_page"),
        number(row, "read_p50_ns") / 1e3,
        number(row, "read_p90_ns") / 1e3,
        number(row, "read_p99_ns") / 1e3,
        number(row, "read_p999_ns") / 1e3,
        number(row, "read_cpu_us_per_page"));
  }

  private static double number(Map<String, Object> row, String name) {
    return ((Number) row.get(name)).doubleValue();
  }
}
