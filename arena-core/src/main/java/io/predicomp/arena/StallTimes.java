package io.predicomp.arena;

import org.HdrHistogram.Histogram;

/** How long each access waited that did, within 1 %. Immutable. */
public final class StallTimes {
  private final Histogram nanos;

  /**
   * @param nanos handed over
   */
  StallTimes(Histogram nanos) {
    this.nanos = nanos;
  }

  /** Accesses that waited. */
  public long count() {
    return nanos.getTotalCount();
  }

  /** The longest wait, in nanoseconds; 0 if there was none. */
  public long maxNanos() {
    return nanos.getMaxValue();
  }

  /**
   * The wait that a share of the waits did not exceed, in nanoseconds; 0 if there was none.
   *
   * @param percent 0 to 100
   */
  public long percentileNanos(double percent) {
    return nanos.getValueAtPercentile(percent);
  }

  /** The waits that came after those of an earlier snapshot of the same arena. */
  StallTimes since(StallTimes before) {
    Histogram later = nanos.copy();
    later.subtract(before.nanos);
    return new StallTimes(later);
  }
}
