package io.predicomp.bench.sweep;

import java.util.List;
import java.util.Map;

/** The codecs that no other beats in both ratio and time to restore. */
final class ParetoFront {
  private static final String TIME = "decompress_us_per_block";

  private ParetoFront() {}

  /** Puts {@code pareto} into each row; what saves nothing is on no front. */
  static void mark(List<Map<String, Object>> rows) {
    for (Map<String, Object> row : rows) {
      row.put(
          "pareto",
          number(row, "ratio") > 1 && rows.stream().noneMatch(other -> beats(other, row)));
    }
  }

  private static boolean beats(Map<String, Object> other, Map<String, Object> row) {
    double ratio = number(other, "ratio") - number(row, "ratio");
    double time = number(other, TIME) - number(row, TIME);
    return number(other, "ratio") > 1 && ratio >= 0 && time <= 0 && (ratio > 0 || time < 0);
  }

  private static double number(Map<String, Object> row, String name) {
    return ((Number) row.get(name)).doubleValue();
  }
}
