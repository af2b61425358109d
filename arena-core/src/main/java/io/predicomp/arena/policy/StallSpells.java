package io.predicomp.arena.policy;

/**
 * How far apart the moments are in which threads wait for pages, where they do so now and then:
 * what wakes in between must be judged over several wakes.
 *
 * <pre>
 *   stall  ##          #           ##      #
 *          |-- gap ----|-- gap ----|- gap -|
 * </pre>
 *
 * A spell begins when threads wait after a while of next to no waiting. One that goes on is no
 * moment any more, and there is no gap. Not thread-safe.
 */
final class StallSpells {
  /** Less than this share of the target is next to nothing. */
  private static final double QUIET = 0.25;

  private static final long QUIET_NANOS = 1_500_000_000L;
  private static final long LONGEST_NANOS = 2_000_000_000L;

  /** Of the longest gap, what is kept after another: the longest of the last dozen counts. */
  private static final double KEEP = 0.95;

  private long quietNanos;
  private long sinceBegin;
  private double gapNanos;

  /**
   * Takes in what was measured since the last call.
   *
   * @param stallNanos waited
   * @param elapsedNanos wall time, above 0
   * @param target share of the time that may be waited
   */
  void add(long stallNanos, long elapsedNanos, double target) {
    sinceBegin += elapsedNanos;
    if (stallNanos <= target * QUIET * elapsedNanos) {
      quietNanos += elapsedNanos;
      return;
    }
    if (quietNanos >= QUIET_NANOS) {
      gapNanos = Math.max((double) sinceBegin, gapNanos * KEEP);
      sinceBegin = 0;
    } else if (sinceBegin > LONGEST_NANOS) {
      gapNanos = 0;
    }
    quietNanos = 0;
  }

  /** The longest time between the beginnings of two spells, of late; 0 if there are none. */
  double gapNanos() {
    return gapNanos;
  }
}
