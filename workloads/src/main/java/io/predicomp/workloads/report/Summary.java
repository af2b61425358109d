package io.predicomp.workloads.report;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.workloads.load.AnonStreamer;
import io.predicomp.workloads.load.MmapChurn;
import io.predicomp.workloads.run.RunResult;
import io.predicomp.workloads.run.SteadyState;
import io.predicomp.workloads.run.Verification;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** A result as text for people. */
public final class Summary {
  private static final double MIB = 1 << 20;

  private final StringBuilder text = new StringBuilder();
  private final RunReport report;
  private final RunResult result;

  private Summary(RunReport report) {
    this.report = report;
    this.result = report.result();
  }

  /** {@return several lines, each ended} */
  public static String of(RunReport report) {
    return new Summary(report).build();
  }

  private String build() {
    text.append(
        "%s: %d workers, %.1f s%s%n"
            .formatted(
                report.workload().name(),
                report.settings().workers(),
                result.elapsedNanos() / 1e9,
                result.interrupted() ? ", interrupted" : ""));
    work();
    resident();
    if (result.stats().isPresent() && report.onArena().isPresent()) {
      arena(
          report.onArena().get(),
          result.stats().get(),
          result.demotedStats().orElse(result.stats().get()));
    }
    line(
        "CPU",
        "%.2f s (%.0f %% of one core)"
            .formatted(
                result.cpuNanos() / 1e9,
                100.0 * result.cpuNanos() / Math.max(1, result.elapsedNanos())));
    line("verification", verification(result.verification()));
    report.note().ifPresent(note -> line("note", note));
    return text.toString();
  }

  private void work() {
    boolean churn = report.workload() instanceof MmapChurn;
    String passes =
        report.workload() instanceof AnonStreamer ? ", " + result.idleWindows() + " passes" : "";
    line(
        churn ? "mappings" : "touches",
        "%,d (%,.0f a second%s)".formatted(result.operations(), result.rate(), passes));
    latencies("from when due", result.operationLatencies());
    latencies("mapping latency", result.serviceLatencies());
    latencies("touch latency", result.touchLatencies());
  }

  private void latencies(String name, Histogram nanos) {
    if (nanos.getTotalCount() > 0) {
      line(
          name,
          "p50 %s, p99 %s, max %s (%,d timed)"
              .formatted(
                  micros(nanos.getValueAtPercentile(50)),
                  micros(nanos.getValueAtPercentile(99)),
                  micros(nanos.getMaxValue()),
                  nanos.getTotalCount()));
    }
  }

  private void resident() {
    SmapsRollup filled = result.resident().filled();
    SmapsRollup demoted = result.resident().demoted();
    if (result.demotions() == 0) {
      line("resident", "%.1f MiB, the whole process".formatted(filled.rssBytes() / MIB));
    } else {
      line(
          "resident",
          "%.1f MiB before, %.1f MiB after compressing, the whole process"
              .formatted(filled.rssBytes() / MIB, demoted.rssBytes() / MIB));
    }
  }

  private void arena(RunReport.OnArena on, ArenaStats end, ArenaStats demoted) {
    line("access", on.access().access() + ": " + on.access().reason());
    line(
        "pool",
        "%.1f of %.1f MiB; %.1f MiB of the region left resident"
            .formatted(
                demoted.poolBytes() / MIB,
                demoted.pool().limit() / MIB,
                demoted.residentBytes() / MIB));
    if (end.budget().limit() > 0) {
      budget(end.budget());
    }
    line(
        "ratio",
        "%.2f end to end, %.2f by the codec (%s)"
            .formatted(demoted.endToEndRatio(), demoted.codecRatio(), on.config().codec().name()));
    if (report.settings().autoloops()) {
      loops(end);
    } else {
      line("compressing", compressing());
    }
    line(
        "restores",
        "%,d (%,d on demand, %,d because the pool was full)"
            .formatted(end.restores().total(), end.restores().demand(), end.restores().pressure()));
    line(
        "stalls",
        "p50 %s, p99 %s, %.2f %% of the time"
            .formatted(
                micros(end.stall().p50Nanos()),
                micros(end.stall().p99Nanos()),
                result.stalledPercent()));
  }

  private void budget(ArenaStats.Budget budget) {
    line(
        "resident budget",
        "%.1f MiB held of %.1f, %.1f at most; %,d pages demoted by who needed room, %,d ahead"
            .formatted(
                budget.held() / MIB,
                budget.limit() / MIB,
                budget.highest() / MIB,
                budget.demotedWaiting(),
                budget.demotedAhead()));
    if (budget.overshoots() > 0) {
      line(
          "over the budget",
          "%,d pages, by %.1f MiB at most: nothing else could be demoted"
              .formatted(budget.overshoots(), budget.highestOvershoot() / MIB));
    }
  }

  private String compressing() {
    return "%d times, %.0f ms each"
        .formatted(
            result.demotions(), result.demotionNanos() / 1e6 / Math.max(1, result.demotions()));
  }

  private void loops(ArenaStats end) {
    line("decision", end.loops().verdict());
    line("hotness", hotness(end));
    line(
        "saved",
        "%.1f %% of the region on average, pool and page tables deducted"
            .formatted(result.samples().savedPercent()));
    line(
        "ahead of demand",
        "%.1f %% of the pages needed; %.1f %% of %,d prefetched were used (%s)"
            .formatted(
                100 * end.restores().prefetchCoverage(),
                100 * end.restores().prefetchAccuracy(),
                end.restores().prefetched(),
                end.loops().predictor()));
    line(
        "loops",
        "%.2f CPU s (%.1f %% of one core), %.2f for each GiB saved for a minute"
            .formatted(
                end.loops().totalCpuNanos() / 1e9,
                100.0 * end.loops().totalCpuNanos() / Math.max(1, result.elapsedNanos()),
                report.cpuPerGibibyteMinute(end)));
    result.steady().ifPresent(steady -> steady.stats().ifPresent(stats -> steady(steady, stats)));
    if (!end.loops().failure().isEmpty()) {
      line("STOPPED", end.loops().failure());
    }
  }

  private static String hotness(ArenaStats end) {
    if (!end.loops().hotnessNote().isEmpty()) {
      return end.loops().hotnessSource() + "; " + end.loops().hotnessNote();
    }
    Number snapshots = end.loops().counters().getOrDefault("damon_snapshots_total", 0);
    return end.loops().hotnessSource()
        + (snapshots.longValue() == 0
            ? ""
            : ", %,d snapshots of %,d regions"
                .formatted(
                    snapshots.longValue(),
                    end.loops().counters().get("damon_last_snapshot_nr_regions").longValue()));
  }

  private void steady(SteadyState steady, ArenaStats stats) {
    line(
        "from %.0f s on".formatted(steady.fromNanos() / 1e9),
        "saved %.1f %%, stalled %.2f %%, %.1f %% ahead of demand, %.1f %% of %,d prefetched used"
            .formatted(
                steady.savedPercent(),
                steady.stalledPercent(),
                100 * stats.restores().prefetchCoverage(),
                100 * stats.restores().prefetchAccuracy(),
                stats.restores().prefetched()));
    line(
        "",
        "loops %.1f %% of one core, %.2f CPU s for each GiB saved for a minute; touch p99 %s"
            .formatted(
                steady.loopPercent(),
                steady.cpuSecondsPerGibibyteMinute(),
                micros(steady.touchLatencies().getValueAtPercentile(99))));
  }

  private static String verification(Verification verification) {
    return switch (verification.status()) {
      case "ok" -> "%,d pages read back, all right".formatted(verification.pages());
      case "skipped" -> "skipped, because the run was interrupted";
      case "failed" -> "FAILED, " + verification.difference().orElseThrow();
      default -> "off";
    };
  }

  private static String micros(long nanos) {
    return "%.2f µs".formatted(nanos / 1e3);
  }

  private void line(String name, String value) {
    text.append("  %-16s %s%n".formatted(name, value));
  }

  /** {@return a sentence for standard error if something is wrong, or nothing} */
  public static Optional<String> complaint(RunReport report) {
    return report
        .result()
        .verification()
        .difference()
        .map(difference -> report.workload().name() + ": " + difference + ".");
  }
}
