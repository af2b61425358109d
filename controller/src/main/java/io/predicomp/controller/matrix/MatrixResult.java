package io.predicomp.controller.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What came of one workload.
 *
 * @param failure why it counts as failed; empty if it does not
 * @param exitCode of the workload; negative if it never ran or had to be killed
 * @param rows of its controller's CSV
 * @param own the row of the workload itself, by column names; empty if there is none
 * @param output the workload's line of JSON; a missing node if it wrote none
 */
public record MatrixResult(
    MatrixWorkload workload,
    String failure,
    int exitCode,
    int rows,
    Map<String, String> own,
    JsonNode output) {
  /** Copies the row. */
  public MatrixResult {
    own = Map.copyOf(own);
  }

  /** {@return whether all was as it should be} */
  public boolean isGood() {
    return failure.isEmpty();
  }

  /** {@return what compression came to} */
  String compression() {
    if (!workload.isTriggerable()) {
      return "ineligible";
    }
    return column("compress_ack").equals("0") || own.isEmpty() ? "none" : "done";
  }

  String column(String name) {
    return own.getOrDefault(name, "0");
  }

  /** {@return the results as a table, one line each} */
  public static String table(List<MatrixResult> results) {
    StringBuilder table = new StringBuilder();
    String format = "%-18s %-13s %-7s %6s %5s %5s %11s %11s %11s%n";
    table.append(
        format.formatted(
            "workload",
            "tier",
            "result",
            "rows",
            "sent",
            "ack",
            "late ms",
            "latency ms",
            "pool bytes"));
    for (MatrixResult each : results) {
      table.append(
          format.formatted(
              each.workload.command(),
              each.workload.tier(),
              each.isGood() ? "ok" : "FAILED",
              each.rows,
              each.column("compress_sent"),
              each.column("compress_ack"),
              each.workload.isTriggerable() ? each.column("trigger_late_ms") : "-",
              each.workload.isTriggerable() ? each.column("compress_latency_ms") : "-",
              each.workload.isTriggerable() ? each.column("pool_bytes_live") : "-"));
    }
    for (MatrixResult each : results) {
      if (!each.isGood()) {
        table.append("%s: %s%n".formatted(each.workload.command(), each.failure));
      }
    }
    return table.toString();
  }
}
