package io.predicomp.bench.sweep;

import io.predicomp.bench.result.Results;
import java.util.Locale;
import java.util.Map;

/** The sweep as a table for a terminal. */
public final class SweepTable {
  private SweepTable() {}

  /** {@return a block of lines for each dataset and size; a star marks the Pareto front} */
  public static String of(Results results) {
    StringBuilder text = new StringBuilder();
    String group = "";
    for (Map<String, Object> row : results.rows()) {
      String key = "%s, blocks of %s".formatted(row.get("dataset"), size(row));
      if (!key.equals(group)) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s%s%n  %-14s %7s %12s %12s %12s%n",
                group.isEmpty() ? "" : System.lineSeparator(),
                key,
                "codec",
                "ratio",
                "compress µs",
                "restore µs",
                "fair score"));
        group = key;
      }
      text.append(
          String.format(
              Locale.ROOT,
              "%s %-14s %7.2f %12.2f %12.2f %12.0f%n",
              Boolean.TRUE.equals(row.get("pareto")) ? "*" : " ",
              row.get("codec"),
              number(row, "ratio"),
              number(row, "compress_us_per_block"),
              number(row, "decompress_us_per_block"),
              number(row, "fair_score")));
    }
    return text + "* no other codec is better in both ratio and time to restore.\n";
  }

  private static double number(Map<String, Object> row, String name) {
    return ((Number) row.get(name)).doubleValue();
  }

  private static String size(Map<String, Object> row) {
    int bytes = (int) row.get("size_bytes");
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }
}
