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

  private final int step;
  private final Histogram histogram = newHistogram();
  private final BooleanSupplier steady;
  private int untilNext = 1;

  /** What was recorded before the steady state; null until then. */
  private @Nullable Histogram before;

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
    if (before == null && steady.getAsBoolean()) {
      before = histogram.copy();
    }
    histogram.recordValue(Math.clamp(nanos, 1, LONGEST_NANOS));
  }

  /** {@return what was recorded in the steady state} */
  Histogram steadyHistogram() {
    Histogram result = histogram.copy();
    Histogram earlier = before;
    result.subtract(earlier == null ? histogram : earlier);
    return result;
  }

  /** {@return what was recorded} */
  public Histogram histogram() {
    return histogram;
  }
}
