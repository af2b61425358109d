package io.predicomp.arena.policy;

/**
 * How long something takes that takes about as long each time, from the last {@value #INTERVALS}
 * times.
 *
 * <p>Two intervals that agree to 2 % are enough to be sure, three to 4 %, four to 8 %; after a
 * wrong prediction only four are. An interval that disagrees starts the learning anew, and if it
 * does by more than 8 % one more has to agree then, so what is irregular never becomes sure.
 *
 * <p>Not thread-safe.
 */
final class IntervalEstimate {
  private static final int INTERVALS = 4;
  private static final double[] TOLERANCE = {0, 0, 0.02, 0.04, 0.08};

  /** Late at 0.5 % of the wakes with ±2 % of uniform jitter; 2.4 % by the deviation alone. */
  private static final double SPREADS = 1.75;

  /** What begins or ends at a need is known to within what a scheduler may hold it up. */
  static final long EXACT_NANOS = 25_000_000;

  /** How much of the furthest deviation is kept after another interval: half after 23. */
  private static final double SPREAD_KEEP = 0.97;

  private final long[] intervals = new long[INTERVALS];
  private int known;

  /** Of these the oldest that are not known exactly, and only until two are. */
  private int inexact;

  /** The furthest an interval was lately from the mean of those before it, as a share of that. */
  private double spread;

  private int enough = 2;
  private long uncertainty;

  /**
   * Takes in an interval.
   *
   * @param interval in nanoseconds
   * @param uncertaintyNanos how exactly it is known, {@link #EXACT_NANOS} at least
   */
  void learn(long interval, long uncertaintyNanos) {
    uncertainty = uncertaintyNanos;
    if (known > 0) {
      if (agrees(interval)) {
        // An interval that is not known exactly says nothing of how even they are.
        double off = uncertainty > EXACT_NANOS ? 0 : Math.abs(interval / mean() - 1);
        spread = Math.max(off, spread * SPREAD_KEEP);
      } else {
        if (Math.abs(interval / mean() - 1) > TOLERANCE[INTERVALS]) {
          // Where intervals differ that much, two that agree do so by chance.
          enough = Math.min(enough + 1, INTERVALS);
        }
        known = 0;
        inexact = 0;
      }
    }
    if (known == INTERVALS) {
      forgetOldest(1);
    }
    intervals[known++] = interval;
    if (uncertainty > EXACT_NANOS) {
      inexact = known;
    } else if (inexact > 0 && known - inexact >= 2) {
      forgetOldest(inexact);
    }
    if (known == INTERVALS) {
      enough = 2;
    }
  }

  private void forgetOldest(int count) {
    System.arraycopy(intervals, count, intervals, 0, known - count);
    known -= count;
    inexact = Math.max(0, inexact - count);
  }

  private boolean agrees(long interval) {
    double mean = mean();
    double allowed = mean * TOLERANCE[Math.min(known + 1, INTERVALS)];
    return Math.abs(interval - mean) <= Math.max(allowed, 1.5 * uncertainty);
  }

  private double mean() {
    double sum = 0;
    for (int i = 0; i < known; i++) {
      sum += intervals[i];
    }
    return sum / known;
  }

  /** A prediction was wrong. */
  void doubt() {
    enough = INTERVALS;
  }

  boolean isEmpty() {
    return known == 0;
  }

  /** Whether the next interval can be told from those before it. */
  boolean isSure() {
    return known >= enough;
  }

  /** What the next interval is expected to be, in nanoseconds; only if not {@link #isEmpty}. */
  long meanNanos() {
    return (long) mean();
  }

  /**
   * How much earlier than expected the next interval has to be reckoned with: how exactly it is
   * known, and the largest of
   *
   * <ul>
   *   <li>three times the deviation of the intervals in use;
   *   <li>{@value #SPREADS} times the furthest that an interval was lately from those before it,
   *       for four that lie close together by luck say little of the next;
   *   <li>4 % of the interval while two are known, 2 % while three are.
   * </ul>
   *
   * @param ofBegin how exactly it is known when the next one began, in nanoseconds
   */
  long marginNanos(long ofBegin) {
    double mean = mean();
    double deviation = 0;
    for (int i = 0; i < known; i++) {
      deviation = Math.max(deviation, Math.abs(intervals[i] - mean));
    }
    double chance = TOLERANCE[2] * (INTERVALS - known);
    return (long) Math.max(3 * deviation, Math.max(SPREADS * spread, chance) * mean)
        + Math.max(uncertainty, ofBegin);
  }
}
