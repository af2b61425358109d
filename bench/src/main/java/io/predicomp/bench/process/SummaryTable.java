package io.predicomp.bench.process;

import io.predicomp.bench.result.Results;
import io.predicomp.bench.result.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The medians as a table for a terminal. */
public final class SummaryTable {
  private SummaryTable() {}

  /** {@return the table, with a line on what is in it} */
  public static String of(Results results) {
    List<Map<String, Object>> rows = ProcessMemBench.summary(results.rows());
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-18s %-11s %19s %7s %7s %10s %22s%n",
            "dataset",
            "memory",
            "PSS MB, compressed",
            "e2e",
            "held",
            "compress",
            "stall p50 / p95 / p99"));
    for (Map<String, Object> row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-18s %-11s %8.1f -> %7.1f %7.3f %7.3f %7.1f ms %22s%n",
              row.get("dataset"),
              row.get("access"),
              median(row, "pss_pre_kb") * 1024 / 1e6,
              median(row, "pss_post_comp_kb") * 1024 / 1e6,
              median(row, "ratio_e2e_post_comp"),
              median(row, "ratio_held_post_comp"),
              median(row, "compress_wall_ms"),
              stalls(row)));
    }
    rows.forEach(row -> text.append(savedAgainstPlain(row)));
    rows.stream().findFirst().ifPresent(row -> text.append(intervals(row, rows)));
    return text.toString();
  }

  private static String stalls(Map<String, Object> row) {
    if (median(row, "stall_p99_ns") == 0) {
      return "-"; // nothing was out of memory
    }
    return String.format(
        Locale.ROOT,
        "%.2f / %.2f / %.2f µs",
        median(row, "stall_p50_ns") / 1e3,
        median(row, "stall_p95_ns") / 1e3,
        median(row, "stall_p99_ns") / 1e3);
  }

  /** What the whole process takes less than the one on plain memory, if that was measured. */
  private static String savedAgainstPlain(Map<String, Object> row) {
    if (!(row.get("pss_saved_against_plain_post_comp_kb") instanceof Spread saved)
        || !(row.get("pss_saved_against_plain_post_comp_percent") instanceof Spread percent)) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "%-18s %-11s saves %.1f MB of the process on plain memory (%.1f to %.1f), %.1f %% (%.1f to"
            + " %.1f)%n",
        row.get("dataset"),
        row.get("access"),
        saved.median() * 1024 / 1e6,
        saved.low() * 1024 / 1e6,
        saved.high() * 1024 / 1e6,
        percent.median(),
        percent.low(),
        percent.high());
  }

  private static String intervals(Map<String, Object> first, List<Map<String, Object>> rows) {
    Spread any = (Spread) first.get("stall_p50_ns");
    if (any.count() < 2) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Medians of %d runs; intervals hold the true median with %.0f %%:%n",
            any.count(),
            100 * any.confidence()));
    for (Map<String, Object> row : rows) {
      Spread p50 = (Spread) row.get("stall_p50_ns");
      Spread p99 = (Spread) row.get("stall_p99_ns");
      Spread pss = (Spread) row.get("pss_post_comp_kb");
      text.append(
          String.format(
              Locale.ROOT,
              "  %-18s %-11s PSS compressed %.1f to %.1f MB, stall p50 %.2f to %.2f, p99 %.2f to"
                  + " %.2f µs%n",
              row.get("dataset"),
              row.get("access"),
              pss.low() * 1024 / 1e6,
              pss.high() * 1024 / 1e6,
              p50.low() / 1e3,
              p50.high() / 1e3,
              p99.low() / 1e3,
              p99.high() / 1e3));
    }
    return text.toString();
  }

  private static double median(Map<String, Object> row, String column) {
    return ((Spread) row.get(column)).median();
  }
}
