package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.TouchMemory;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the arena about ten times a second while workers work: averages over time, and a series
 * for those who want to see it. Used by one thread.
 */
public final class MemorySamples {
  /** Sums are since the arena was opened, except operations, which are since the work began. */
  static final String HEADER =
      "seconds,resident_bytes,pool_bytes,metadata_bytes,saved_percent,operations,demoted,"
          + "demand_restores,prefetches,prefetches_used,prefetches_wasted,stall_ns,stalled_ns,"
          + "hot_pages,warm_pages,cold_pages,cold_after_ms,cold_share_demoted,demotion_allowance,"
          + "period_ms,predictor,agent_cpu_seconds";

  private final long plainBytes;
  private final @Nullable PrintStream trace;
  private final @Nullable HeatMap heat;
  private long firstNanos = -1;
  private long lastNanos;
  private double lastSaved;
  private double savedNanos;
  private double savedNanosBefore;
  private long steadyNanos;

  /**
   * @param plainBytes what the region takes without arena
   * @param trace where rows of comma-separated values go, or null
   * @param heat told which parts are in use and in memory, or null
   */
  public MemorySamples(long plainBytes, @Nullable PrintStream trace, @Nullable HeatMap heat) {
    this.plainBytes = plainBytes;
    this.trace = trace;
    this.heat = heat;
    if (trace != null) {
      trace.println(HEADER);
    }
  }

  /** Says whose touches the map of the region shows. */
  void watch(List<PageShare> shares) {
    if (heat != null) {
      heat.watch(shares);
    }
  }

  /**
   * Takes a sample.
   *
   * @param operations of all workers so far
   * @param steady whether the steady state has begun
   * @param sample of the memory
   */
  void take(
      long nanoTime,
      long operations,
      boolean steady,
      Optional<TouchMemory> memory,
      Optional<ArenaStats> sample) {
    if (heat != null && memory.isPresent()) {
      heat.take(nanoTime, memory.get());
    }
    if (sample.isEmpty()) {
      return;
    }
    ArenaStats stats = sample.get();
    long held = stats.residentBytes() + stats.poolBytes() + stats.pageTableBytes();
    double saved = 1 - (double) held / plainBytes;
    if (firstNanos < 0) {
      firstNanos = nanoTime;
      lastNanos = nanoTime;
      lastSaved = saved;
      steadyNanos = nanoTime;
    }
    savedNanos += (saved + lastSaved) / 2 * (nanoTime - lastNanos);
    lastNanos = nanoTime;
    lastSaved = saved;
    if (!steady) {
      savedNanosBefore = savedNanos;
      steadyNanos = nanoTime;
    }
    if (trace != null) {
      write(trace, nanoTime, operations, saved, stats);
    }
  }

  private void write(
      PrintStream out, long nanoTime, long operations, double saved, ArenaStats stats) {
    Map<String, Number> gauges = stats.loops().gauges();
    out.printf(
        Locale.ROOT,
        "%.3f,%d,%d,%d,%.2f,%d,%d,%d,%d,%d,%d,%d,%d,%s,%s,%s,%s,%.4f,%.4f,%s,%s,%.6f%n",
        (nanoTime - firstNanos) / 1e9,
        stats.residentBytes(),
        stats.poolBytes(),
        stats.pageTableBytes(),
        100 * saved,
        operations,
        stats.demotions().demoted(),
        stats.restores().demand(),
        stats.restores().prefetched(),
        stats.restores().prefetchedUsed(),
        stats.restores().prefetchedWasted(),
        stats.stall().totalNanos(),
        stats.stall().someNanos(),
        gauges.getOrDefault("chunks_hot", 0),
        gauges.getOrDefault("chunks_warm", 0),
        gauges.getOrDefault("chunks_cold", 0),
        gauges.getOrDefault("cold_after_ms", 0),
        gauges.getOrDefault("cold_share_demoted", 0).doubleValue(),
        gauges.getOrDefault("demotion_allowance", 1).doubleValue(),
        gauges.getOrDefault("period_ms", 0),
        stats.loops().predictor().replace(", ", "+"),
        stats.loops().totalCpuNanos() / 1e9);
    out.flush();
  }

  /** {@return percent of the plain region that was saved on average, pool and metadata deducted} */
  public double savedPercent() {
    return percent(savedNanos, lastNanos - firstNanos);
  }

  /** {@return the same for the steady state} */
  public double savedPercentSteady() {
    return percent(savedNanos - savedNanosBefore, lastNanos - steadyNanos);
  }

  /** {@return GiB times minutes saved} */
  public double savedGibibyteMinutes() {
    return gibibyteMinutes(savedNanos);
  }

  /** {@return the same for the steady state} */
  public double savedGibibyteMinutesSteady() {
    return gibibyteMinutes(savedNanos - savedNanosBefore);
  }

  /** {@return percent of the plain region that was saved by the last sample} */
  public double lastSavedPercent() {
    return 100 * lastSaved;
  }

  private double gibibyteMinutes(double nanos) {
    return nanos / 60e9 * plainBytes / (1L << 30);
  }

  private static double percent(double saved, long nanos) {
    return nanos <= 0 ? 0 : 100 * saved / nanos;
  }
}
