package io.predicomp.bench.process;

import io.predicomp.bench.result.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a process with an arena takes less than one that did the same on plain memory: all of its
 * memory against all of the other's, at the moment after compression and at the end. Runs of the
 * same number are compared, because these follow one another.
 */
final class SavedAgainstPlain {
  private SavedAgainstPlain() {}

  /**
   * Adds medians with their intervals to a line of the summary, if plain memory was measured.
   *
   * @param members runs of one dataset and kind of memory
   * @param plain those of the same dataset on plain memory
   */
  static void putInto(
      Map<String, Object> line,
      List<Map<String, Object>> members,
      List<Map<String, Object>> plain) {
    if (line.get("access").equals("plain")) {
      return;
    }
    for (String moment : List.of("post_comp", "post_final")) {
      String column = "pss_" + moment + "_kb";
      List<Double> kibibytes = new ArrayList<>();
      List<Double> percent = new ArrayList<>();
      for (Map<String, Object> run : members) {
        for (Map<String, Object> other : plain) {
          if (run.get("run").equals(other.get("run"))) {
            double base = Columns.number(other, column);
            double saved = base - Columns.number(run, column);
            kibibytes.add(saved);
            percent.add(100 * saved / base);
          }
        }
      }
      if (!kibibytes.isEmpty()) {
        line.put("pss_saved_against_plain_" + moment + "_kb", spread(kibibytes));
        line.put("pss_saved_against_plain_" + moment + "_percent", spread(percent));
      }
    }
  }

  private static Spread spread(List<Double> values) {
    return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
