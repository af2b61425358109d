package io.predicomp.workloads.run;

import org.HdrHistogram.Histogram;

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
  private int untilNext = 1;

  /**
   * @param step at least 1
   */
  public Latencies(int step) {
    this.step = step;
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

  /** Records one operation. */
  public void record(long nanos) {
    histogram.recordValue(Math.clamp(nanos, 1, LONGEST_NANOS));
  }

  /** {@return what was recorded} */
  public Histogram histogram() {
    return histogram;
  }
}
