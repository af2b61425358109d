package io.predicomp.arena.policy;

/**
 * Predicts when memory that sleeps and wakes will wake again. A wake is the first need after a
 * pause; when the last intervals between wakes are alike, the next one is expected after another of
 * them. Confined to one thread.
 */
public final class WakePeriod {
  /** How many intervals must agree. */
  private static final int INTERVALS = 2;

  /** By which share two intervals may differ and still be alike. */
  private static final double TOLERANCE = 0.1;

  private final long pauseNs;
  private final long[] intervals = new long[INTERVALS];
  private int known;
  private long lastNeed;
  private long lastWake;
  private boolean started;

  /**
   * @param pauseNs without a need that ends a burst, in ns
   */
  public WakePeriod(long pauseNs) {
    this.pauseNs = pauseNs;
  }

  /** Hears of a need; returns whether it was a wake. */
  public boolean needed(long nanoTime) {
    boolean wake = !started || nanoTime - lastNeed > pauseNs;
    if (!started || nanoTime - lastNeed > 0) {
      lastNeed = nanoTime;
    }
    if (!wake) {
      return false;
    }
    if (started) {
      System.arraycopy(intervals, 1, intervals, 0, INTERVALS - 1);
      intervals[INTERVALS - 1] = nanoTime - lastWake;
      known = Math.min(known + 1, INTERVALS);
    }
    lastWake = nanoTime;
    started = true;
    return true;
  }

  /** Nanoseconds between wakes, or 0 while they are not known to be regular. */
  public long periodNs() {
    if (known < INTERVALS) {
      return 0;
    }
    long shortest = Long.MAX_VALUE;
    long longest = 0;
    for (long interval : intervals) {
      shortest = Math.min(shortest, interval);
      longest = Math.max(longest, interval);
    }
    return longest - shortest <= TOLERANCE * shortest ? shortest : 0;
  }

  /** The time of the last wake; meaningless before the first. */
  public long lastWakeNs() {
    return lastWake;
  }
}
