package io.predicomp.arena.policy;

/**
 * Holds the share of time that threads stand still for demand restores under a target: backs off by
 * a factor, comes back in steps, the way Senpai holds memory pressure. Judges by a budget of
 * stalled time instead of an average, so that a wake that stalls once in a while is not taken for
 * pages that stall all the time.
 *
 * <pre>
 *   budget full |--.        .-----.         fills at the target, holds a window's worth of it
 *               |   '-.   .'       '--.     falls by what is stalled
 *         empty |      '-'             '-   empty: the allowance is cut
 *   allowance 1 |-------.         .-----.
 *               |       '--------'      '   grows while the budget is nearly full
 * </pre>
 *
 * Whatever stalls less than the target within every window never empties the budget, however
 * unevenly it is spread: for memory that wakes with a period, the window is that period. A cut goes
 * by how far above the target it was since the last one, by half at most; the next may come once a
 * good part of a window's worth was stalled again. So ten times the target is cut every second, and
 * a little above it every ten, for pages that are out go on coming back and show the effect late.
 * {@link #ageFactor} turns a low allowance into a higher threshold of age, so that what is demoted
 * is also colder.
 *
 * <p>Stall is counted as with pressure stall information: nanoseconds in which threads waited over
 * nanoseconds of wall time. Not thread-safe.
 */
public final class StallController {
  public static final double DEFAULT_PERCENT = 1;

  /** Below this nothing is demoted, so that a region whose pages are all in use is left alone. */
  static final double LEAST = 1.0 / 64;

  /** As the shortest average of pressure stall information. */
  static final long SHORTEST_WINDOW_NANOS = 10_000_000_000L;

  static final long LONGEST_WINDOW_NANOS = 60_000_000_000L;

  private static final double SHORTEST_CUT_NANOS = 1e9;
  private static final double GROWTH_PER_SECOND = 0.1;

  /** Budget above which the allowance grows, and what a cut leaves, as shares of the full one. */
  private static final double GROWS_ABOVE = 0.9;

  private static final double AFTER_CUT = 0.25;

  /** Cut a little below the target, or the budget would never fill again. */
  private static final double CUT_BELOW = 0.95;

  /** What must be stalled between two cuts, as a share of the full budget. */
  private static final double CUT_AFTER = 0.7;

  private final double target;
  private double windowNanos = SHORTEST_WINDOW_NANOS;
  private double budgetNanos;
  private double stalledSinceCut;
  private double nanosSinceCut;
  private double average;
  private double allowance = 1;
  private long backOffs;

  /**
   * @param targetPercent share of time threads may stand still; above 0, at most 100
   * @throws IllegalArgumentException if the target is out of range
   */
  public StallController(double targetPercent) {
    if (!(targetPercent > 0 && targetPercent <= 100)) {
      throw new IllegalArgumentException(
          "targetPercent is " + targetPercent + ", allowed are above 0 to 100");
    }
    target = targetPercent / 100;
    budgetNanos = target * windowNanos;
  }

  /**
   * Says within which time the target is to hold.
   *
   * @param periodNanos of a load that wakes with a period, 0 if there is none; clamped to 10 s to a
   *     minute
   */
  public void window(long periodNanos) {
    double next = Math.clamp(periodNanos, SHORTEST_WINDOW_NANOS, LONGEST_WINDOW_NANOS);
    if (next != windowNanos) {
      budgetNanos *= next / windowNanos;
      windowNanos = next;
    }
  }

  /**
   * Takes in what was measured since the last call.
   *
   * @param stallNanos waited for demand restores
   * @param elapsedNanos wall time, above 0
   */
  public void update(long stallNanos, long elapsedNanos) {
    if (elapsedNanos <= 0) {
      return;
    }
    double full = target * windowNanos;
    budgetNanos = Math.min(full, budgetNanos + target * elapsedNanos - stallNanos);
    double keep = Math.exp(-elapsedNanos / windowNanos);
    average = average * keep + (double) stallNanos / elapsedNanos * (1 - keep);
    // What was long ago says little of the present rate: no more than a window counts.
    double fade = Math.min(1, windowNanos / (nanosSinceCut + elapsedNanos));
    nanosSinceCut = (nanosSinceCut + elapsedNanos) * fade;
    stalledSinceCut = (stalledSinceCut + stallNanos) * fade;
    if (budgetNanos < 0) {
      if (nanosSinceCut >= SHORTEST_CUT_NANOS && stalledSinceCut >= full * CUT_AFTER) {
        cut(full);
      }
    } else if (budgetNanos >= full * GROWS_ABOVE) {
      allowance = Math.min(1, allowance + GROWTH_PER_SECOND * elapsedNanos / 1e9);
    }
  }

  private void cut(double full) {
    double share = stalledSinceCut / nanosSinceCut;
    allowance *= Math.clamp(CUT_BELOW * target / share, 0.5, CUT_BELOW);
    budgetNanos = full * AFTER_CUT;
    stalledSinceCut = 0;
    nanosSinceCut = 0;
    backOffs++;
  }

  /** Share of the demotion rate that is allowed, 0 to 1. */
  public double allowance() {
    return allowance < LEAST ? 0 : allowance;
  }

  /** By which factor the cold age is to be raised, 1 to 4. */
  public double ageFactor() {
    return Math.min(4, 1 / Math.max(allowance, LEAST));
  }

  /** The stall in percent of the time, averaged over about a window. */
  public double stallPercent() {
    return average * 100;
  }

  /** The target as a share of the time. */
  public double target() {
    return target;
  }

  /** How often the allowance was cut. */
  public long backOffs() {
    return backOffs;
  }
}
