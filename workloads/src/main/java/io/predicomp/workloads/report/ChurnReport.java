package io.predicomp.workloads.report;

import io.predicomp.os.process.Forker.Inheritance;
import io.predicomp.workloads.churn.ChurnResult;
import io.predicomp.workloads.churn.ChurnSettings;
import io.predicomp.workloads.churn.ChurnTotals;
import io.predicomp.workloads.churn.ProcessChurn;
import io.predicomp.workloads.churn.ProcessChurn.ForkExec;
import io.predicomp.workloads.churn.ProcessChurn.ForkTouchExit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * A run of process churn and its result.
 *
 * @param limitBinds whether the limit of processes holds for this user
 */
public record ChurnReport(
    ProcessChurn churn, ChurnSettings settings, ChurnResult result, boolean limitBinds) {
  /** Below this share of the requested rate the report says so. */
  private static final double REACHED = 0.99;

  /** {@return every figure by name: first those of the predecessor, under its names, then ours} */
  public Map<String, Object> json() {
    ChurnTotals totals = result.totals();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("workload", churn.name());
    json.put(churn instanceof ForkExec ? "execs" : "forks", totals.children());
    switch (churn) {
      case ForkTouchExit touch -> json.put("touch_pages", touch.pages());
      case ForkExec exec -> json.put("exec_path", exec.program().toString());
      case ProcessChurn.ForkExit exit -> {}
    }
    json.put("elapsed_ms", result.elapsedNanos() / 1e6);
    json.put("workers", settings.workers());
    json.put("seed", settings.seed());
    json.put("fork_rate", settings.ratePerWorker());
    json.put("requested_per_sec", settings.requestedRate());
    json.put("achieved_per_sec", result.rate());
    json.put("max_children", settings.mostChildren());
    if (!(churn instanceof ForkExec)) {
      json.put("inherit_memory", settings.inheritance() == Inheritance.EVERYTHING);
    }
    putLatencies(json, making(), totals.making());
    putLatencies(json, "wait", totals.waiting());
    json.put("child_minor_faults", totals.minorFaults());
    json.put("child_major_faults", totals.majorFaults());
    json.put("child_cpu_seconds", totals.childCpuNanos() / 1e9);
    json.put("failures", totals.failed());
    json.put("failures_by_errno", totals.failures());
    json.put("bad_exits", totals.badExits());
    json.put("waits_for_room", totals.waitsForRoom());
    json.put("killed_at_end", totals.killed());
    json.put("rlimit_nproc", result.limit());
    json.put("rlimit_nproc_binds", limitBinds);
    json.put("cpu_seconds", result.cpuNanos() / 1e9);
    json.put("interrupted", result.interrupted());
    note().ifPresent(note -> json.put("note", note));
    return json;
  }

  /** posix_spawn returns when the new program runs, so fork and exec are one latency. */
  private String making() {
    return churn instanceof ForkExec ? "exec" : "fork";
  }

  private static void putLatencies(Map<String, Object> json, String prefix, Histogram nanos) {
    json.put(prefix + "_p50_ns", nanos.getValueAtPercentile(50));
    json.put(prefix + "_p90_ns", nanos.getValueAtPercentile(90));
    json.put(prefix + "_p99_ns", nanos.getValueAtPercentile(99));
    json.put(prefix + "_p999_ns", nanos.getValueAtPercentile(99.9));
    json.put(prefix + "_max_ns", nanos.getMaxValue());
  }

  /** {@return several lines for people, each ended} */
  public String summary() {
    ChurnTotals totals = result.totals();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d workers, %.1f s%s%n"
            .formatted(
                churn.name(),
                settings.workers(),
                result.elapsedNanos() / 1e9,
                result.interrupted() ? ", interrupted" : ""));
    line(
        text,
        "children",
        "%,d (%,.1f a second of %,d asked for)"
            .formatted(totals.children(), result.rate(), settings.requestedRate()));
    line(text, making() + " latency", percentiles(totals.making()));
    line(text, "wait latency", percentiles(totals.waiting()));
    line(
        text,
        "child faults",
        "%,d minor, %,d major".formatted(totals.minorFaults(), totals.majorFaults()));
    line(
        text,
        "CPU",
        "%.2f s here, %.2f s in children"
            .formatted(result.cpuNanos() / 1e9, totals.childCpuNanos() / 1e9));
    line(
        text,
        "process limit",
        "%,d threads of this user%s; %d children a worker at most"
            .formatted(
                result.limit(),
                limitBinds ? "" : ", which does not bind this user",
                settings.mostChildren()));
    if (totals.failed() > 0) {
      line(text, "failures", "%,d (%s)".formatted(totals.failed(), counts(totals.failures())));
    }
    if (!totals.badExits().isEmpty()) {
      line(text, "bad exits", counts(totals.badExits()));
    }
    note().ifPresent(note -> line(text, "note", note));
    return text.toString();
  }

  private static String counts(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> "%s: %,d".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String percentiles(Histogram nanos) {
    return "p50 %.1f µs, p99 %.1f µs, max %.1f µs"
        .formatted(
            nanos.getValueAtPercentile(50) / 1e3,
            nanos.getValueAtPercentile(99) / 1e3,
            nanos.getMaxValue() / 1e3);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  %-16s %s%n".formatted(name, value));
  }

  private Optional<String> note() {
    if (result.totals().killed() > 0) {
      return Optional.of(
          "%d children were still running at the end and were killed"
              .formatted(result.totals().killed()));
    }
    if (result.interrupted() || result.rate() >= REACHED * settings.requestedRate()) {
      return Optional.empty();
    }
    return Optional.of(
        "reached %.1f of %d children a second".formatted(result.rate(), settings.requestedRate()));
  }
}
