package io.predicomp.workloads.run;

import java.util.function.IntSupplier;
import org.HdrHistogram.Histogram;

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
  private final IntSupplier stage;
  private int untilNext = 1;

  /** Of each stage, one after the other. */
  private final long[] counts = new long[2 * BUCKETS];

  /**
   * @param step at least 1
   */
  public Latencies(int step) {
    this(step, () -> 0);
  }

  /**
   * @param step at least 1
   * @param stage 0 until the steady state begins, 1 from then on: a number, because a branch that
   *     turns then would have the compiled code of what is measured thrown away at its start
   */
  Latencies(int step, IntSupplier stage) {
    this.step = step;
    this.stage = stage;
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
    count(stage.getAsInt() * BUCKETS, nanos);
  }

  /** Records the first {@code number} of these operations. */
  public void record(long[] nanos, int number) {
    int from = stage.getAsInt() * BUCKETS;
    for (int i = 0; i < number; i++) {
      count(from, nanos[i]);
    }
  }

  // Not by HdrHistogram, which does an atomic operation for each value longer than all before, and
  // in a run that falls behind every value is.
  private void count(int from, long nanos) {
    counts[from + bucket(Math.clamp(nanos, 1, LONGEST_NANOS))]++;
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
    return histogram(1);
  }

  /** {@return what was recorded so far} */
  public Histogram histogram() {
    return histogram(0);
  }

  private Histogram histogram(int fromStage) {
    Histogram result = newHistogram();
    for (int at = fromStage * BUCKETS; at < counts.length; at++) {
      if (counts[at] > 0) {
        result.recordValueWithCount(shortest(at % BUCKETS), counts[at]);
      }
    }
    return result;
  }
}
