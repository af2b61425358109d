package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.workloads.memory.TouchMemory;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the arena about ten times a second while workers work: averages over time, and a series
 * for those who want to see it. Used by one thread.
 */
public final class MemorySamples {
  private static final String HEADER =
      "seconds,resident_bytes,pool_bytes,metadata_bytes,demand_restores,prefetches,stall_ns,"
          + "hot_pages,warm_pages,cold_pages,cold_after_ms,agent_cpu_seconds,prefetch_used,prefetch_wasted";

  private final long plainBytes;
  private final @Nullable PrintStream trace;
  private final @Nullable HeatMap heat;
  private long firstNanos = -1;
  private long lastNanos;
  private double savedNanos;
  private double savedNanosAtHalf;
  private long halfNanos;

  /**
   * @param plainBytes what the region takes without arena
   * @param trace where rows of comma-separated values go, or null
   * @param heat told which parts are in memory, or null
   */
  public MemorySamples(long plainBytes, @Nullable PrintStream trace, @Nullable HeatMap heat) {
    this.plainBytes = plainBytes;
    this.trace = trace;
    this.heat = heat;
    if (trace != null) {
      trace.println(HEADER);
    }
  }

  /** Takes a sample; the first half of the run is told apart by {@code secondHalf}. */
  void take(long nanoTime, boolean secondHalf, Optional<TouchMemory> memory) {
    if (heat != null && memory.isPresent()) {
      heat.take(nanoTime, memory.get());
    }
    Optional<ArenaStats> sample = memory.flatMap(TouchMemory::stats);
    if (sample.isEmpty()) {
      return;
    }
    ArenaStats stats = sample.get();
    if (firstNanos < 0) {
      firstNanos = nanoTime;
      lastNanos = nanoTime;
    }
    long held = stats.residentBytes() + stats.poolBytes() + stats.pageTableBytes();
    savedNanos += (1 - (double) held / plainBytes) * (nanoTime - lastNanos);
    lastNanos = nanoTime;
    if (!secondHalf) {
      savedNanosAtHalf = savedNanos;
      halfNanos = nanoTime;
    }
    if (trace != null) {
      var counters = stats.counters();
      trace.printf(
          Locale.ROOT,
          "%.3f,%d,%d,%d,%d,%d,%d,%s,%s,%s,%s,%.6f,%d,%d%n",
          (nanoTime - firstNanos) / 1e9,
          stats.residentBytes(),
          stats.poolBytes(),
          stats.pageTableBytes(),
          stats.restores().demand(),
          stats.restores().prefetched(),
          stats.stall().totalNanos(),
          counters.getOrDefault("chunks_hot", 0),
          counters.getOrDefault("chunks_warm", 0),
          counters.getOrDefault("chunks_cold", 0),
          counters.getOrDefault("cold_after_ms", 0),
          stats.loops().totalCpuNanos() / 1e9,
          stats.restores().prefetchedUsed(),
          stats.restores().prefetchedWasted());
      trace.flush();
    }
  }

  /** {@return percent of the plain region that was saved on average, pool and metadata deducted} */
  public double savedPercent() {
    return percent(savedNanos, lastNanos - firstNanos);
  }

  /** {@return the same for the second half of the run, when there was something to learn from} */
  public double savedPercentLater() {
    return percent(savedNanos - savedNanosAtHalf, lastNanos - halfNanos);
  }

  /** {@return GiB times minutes saved} */
  public double savedGibibyteMinutes() {
    return savedNanos / 60e9 * plainBytes / (1L << 30);
  }

  private static double percent(double saved, long nanos) {
    return nanos <= 0 ? 0 : 100 * saved / nanos;
  }
}
