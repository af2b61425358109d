package io.predicomp.workloads.run;

import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long every {@code step}-th operation of one worker took, in nanoseconds. Reading the clock
 * costs as much as several touches of memory that is there, so not every one is timed. Allocates
 * nothing once made; not thread-safe.
 */
public final class Latencies {
  /** Anything longer counts as this: a minute. */
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /** The buckets of {@link #newHistogram}: exact below 256, then 128 for each power of two. */
  private static final int BUCKETS = bucket(LONGEST_NANOS) + 1;

  private final int step;
  private final long[] counts = new long[BUCKETS];
  private final BooleanSupplier steady;
  private int untilNext = 1;

  /** What was recorded before the steady state; null until then. */
  private long @Nullable [] before;

  /**
   * @param step at least 1
   */
  public Latencies(int step) {
    this(step, () -> false);
  }

  /**
   * @param step at least 1
   * @param steady whether the steady state has begun, which it does once
   */
  Latencies(int step, BooleanSupplier steady) {
    this.step = step;
    this.steady = steady;
  }

  /** An empty histogram that those of all workers can be added to. */
  static Histogram newHistogram() {
    return new Histogram(1, LONGEST_NANOS, 2);
  }

  /** {@return whether to time the next operation and {@link #record} it} */
  public boolean isDue() {
    if (--untilNext > 0) {
      return false;
    }
    untilNext = step;
    return true;
  }

  /**
   * Counts operations that need not be timed.
   *
   * @param most how many there are
   * @return how many of them come before one that {@link #isDue}
   */
  public int skip(int most) {
    int skipped = Math.min(most, untilNext - 1);
    untilNext -= skipped;
    return skipped;
  }

  /** Records one operation. */
  public void record(long nanos) {
    noteSteady();
    count(nanos);
  }

  /** Records the first {@code number} of these operations. */
  public void record(long[] nanos, int number) {
    noteSteady();
    for (int i = 0; i < number; i++) {
      count(nanos[i]);
    }
  }

  private void noteSteady() {
    if (before == null && steady.getAsBoolean()) {
      before = counts.clone();
    }
  }

  // Not by HdrHistogram, which does an atomic operation for each value longer than all before, and
  // in a run that falls behind every value is.
  private void count(long nanos) {
    counts[bucket(Math.clamp(nanos, 1, LONGEST_NANOS))]++;
  }

  private static int bucket(long nanos) {
    int shift = 56 - Long.numberOfLeadingZeros(nanos | 255);
    return (shift << 7) + (int) (nanos >>> shift);
  }

  /** {@return the shortest time of a bucket, in nanoseconds} */
  private static long shortest(int bucket) {
    int shift = Math.max(0, (bucket >>> 7) - 1);
    return (long) (bucket - (shift << 7)) << shift;
  }

  /** {@return what was recorded in the steady state} */
  Histogram steadyHistogram() {
    return since(before == null ? counts : before);
  }

  /** {@return what was recorded so far} */
  public Histogram histogram() {
    return since(new long[BUCKETS]);
  }

  private Histogram since(long[] earlier) {
    Histogram result = newHistogram();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (counts[bucket] > earlier[bucket]) {
        result.recordValueWithCount(shortest(bucket), counts[bucket] - earlier[bucket]);
      }
    }
    return result;
  }
}
