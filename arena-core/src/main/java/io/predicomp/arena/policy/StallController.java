package io.predicomp.arena.policy;

/**
 * Holds the share of time that threads stand still for demand restores under a target, by what may
 * be planned for: the cold threshold is the one whose pages, coming back as often as pages of their
 * age do, stall no more than the <em>allowance</em> of the target. That the plan fits is the cold
 * threshold's affair; this one answers where it does not. Judges by a budget of stalled time
 * instead of an average, so that a wake that stalls once in a while is not taken for pages that
 * stall all the time.
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
 * unevenly it is spread: for memory that wakes with a period, the window is that period.
 *
 * <p>A cut aims at what would have held the target: the plan in force, times target over stall. It
 * goes there by halves, one a second, as long as more than the target is stalled. Pages that are
 * out go on coming back after it, so it is not judged before its effect can be seen ({@link
 * #settlesWithin}): until then only twice the stall that it answered to is a reason for another. If
 * the stall is over before, pages were not the reason, and the allowance returns. The allowance
 * grows by a share of itself, towards what would stall as much as the target, the slower the later
 * a change shows. Both keep it from swinging.
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

  /** A window holds so many of the gaps between moments of stall. */
  private static final double WINDOW_GAPS = 4;

  private static final double SHORTEST_CUT_NANOS = 1e9;

  /** Growth a second at most. */
  private static final double GROWTH_PER_SECOND = 0.15;

  /** Until a change shows the allowance grows by this power of target over stall. */
  private static final double GROWTH_OF_ROOM = 0.7;

  private static final double MOST_ROOM = 16;

  /** Budget above which the allowance grows, and what a cut leaves, as shares of the full one. */
  private static final double GROWS_ABOVE = 0.9;

  private static final double AFTER_CUT = 0.25;

  /** Cut a little below the target, or the budget would never fill again. */
  private static final double CUT_BELOW = 0.95;

  /** What must be stalled between two cuts, as a share of the full budget. */
  private static final double CUT_AFTER = 0.7;

  /**
   * Windows over which the stall that a cut answers to is averaged, unless the last cut was since.
   */
  private static final double JUDGED_WINDOWS = 3;

  /** Times the stall that a cut answered to: another cut, whatever is still to be seen of it. */
  private static final double WORSE = 2;

  private final double target;
  private final StallSpells spells = new StallSpells();
  private double periodNanos;
  private double windowNanos = SHORTEST_WINDOW_NANOS;
  private double settleNanos;
  private double budgetNanos;
  private double stalledSinceCut;
  private double nanosSinceCut;
  private double average;
  private double allowance = 1;

  /** Where the last cut goes to, and what it answered to. */
  private double goal = 1;

  private double goalShare;

  /** What was in force before it, and up to where it was taken for a mistake. */
  private double before;

  private double regained;

  /** Until the effect of the last cut can be seen. */
  private double unsettledNanos;

  private double planned = 1;
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
    this.periodNanos = (double) periodNanos;
  }

  private void fitWindow() {
    double wanted = Math.max(periodNanos, WINDOW_GAPS * spells.gapNanos());
    double next = Math.clamp(wanted, SHORTEST_WINDOW_NANOS, LONGEST_WINDOW_NANOS);
    if (next != windowNanos) {
      budgetNanos *= next / windowNanos;
      windowNanos = next;
    }
  }

  /**
   * Says how long pages stay out that may not leave any more: how late a cut shows.
   *
   * @param nanos 0 to begin with; a minute at most counts
   */
  public void settlesWithin(long nanos) {
    settleNanos = Math.clamp(nanos, 0, LONGEST_WINDOW_NANOS);
  }

  /**
   * Says what is planned, as a share of the target: a cut begins there, for what lies above it was
   * not in force.
   *
   * @param share above 0; more than 1 counts as 1
   */
  public void plans(double share) {
    planned = Math.max(share, LEAST);
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
    spells.add(stallNanos, elapsedNanos, target);
    fitWindow();
    double full = target * windowNanos;
    budgetNanos = Math.min(full, budgetNanos + target * elapsedNanos - stallNanos);
    double keep = Math.exp(-elapsedNanos / windowNanos);
    average = average * keep + (double) stallNanos / elapsedNanos * (1 - keep);
    // What was long ago says little of the present rate; and right after one of many short stalls
    // a short average would take them all for more than they are.
    double fade = Math.min(1, JUDGED_WINDOWS * windowNanos / (nanosSinceCut + elapsedNanos));
    nanosSinceCut = (nanosSinceCut + elapsedNanos) * fade;
    stalledSinceCut = (stalledSinceCut + stallNanos) * fade;
    settle(elapsedNanos, full);
    if (nanosSinceCut < SHORTEST_CUT_NANOS) {
      return;
    }
    double share = stalledSinceCut / nanosSinceCut;
    if (allowance > goal) {
      if (share > target) {
        cutTo(goal, full);
      } else {
        goal = allowance;
      }
    } else if (budgetNanos < 0 && stalledSinceCut >= full * CUT_AFTER) {
      if (unsettledNanos == 0 || share > WORSE * goalShare) {
        answer(share, full);
      }
    } else if (unsettledNanos == 0) {
      if (budgetNanos >= full * GROWS_ABOVE || allowance < regained) {
        grow(elapsedNanos);
      }
    } else if (share <= target
        && goalShare >= WORSE * target
        && nanosSinceCut >= SHORTEST_WINDOW_NANOS) {
      // Ended sooner than the cut can have ended it.
      unsettledNanos = 0;
      regained = before * CUT_BELOW;
    }
  }

  /** From when on a cut shows, what is stalled counts anew. */
  private void settle(long elapsedNanos, double full) {
    if (unsettledNanos > 0) {
      unsettledNanos = Math.max(0, unsettledNanos - elapsedNanos);
      if (unsettledNanos == 0) {
        budgetNanos = Math.max(budgetNanos, full * AFTER_CUT);
        stalledSinceCut = 0;
        nanosSinceCut = 0;
      }
    }
  }

  /**
   * The plan that was in force stalled more than the target. If by what is known now it stalls as
   * much, the next plan will be smaller without being told, and no cut is needed.
   */
  private void answer(double share, double full) {
    double inForce = Math.min(allowance, planned);
    before = unsettledNanos > 0 ? Math.max(before, inForce) : inForce;
    goal = Math.min(allowance, planned * Math.min(CUT_BELOW, CUT_BELOW * target / share));
    goalShare = share;
    unsettledNanos = settleNanos;
    regained = 0;
    backOffs += goal < allowance ? 1 : 0;
    cutTo(goal, full);
  }

  private void cutTo(double least, double full) {
    allowance = Math.max(least, Math.min(allowance, planned) / 2);
    budgetNanos = full * AFTER_CUT;
    stalledSinceCut = 0;
    nanosSinceCut = 0;
  }

  private void grow(long elapsedNanos) {
    double room = Math.log(target / Math.clamp(average, target / MOST_ROOM, target));
    double perNano = GROWTH_PER_SECOND / 1e9;
    if (allowance >= regained) {
      perNano = Math.min(perNano, GROWTH_OF_ROOM * room / Math.max(1, settleNanos));
    }
    double least = Math.max(allowance, LEAST / 2);
    allowance = Math.min(1, least * Math.exp(perNano * elapsedNanos));
    goal = allowance;
  }

  /** Share of the target that may be planned for, 0 to 1. */
  public double allowance() {
    return allowance < LEAST ? 0 : allowance;
  }

  /** The stall in percent of the time, averaged over about a window. */
  public double stallPercent() {
    return average * 100;
  }

  /** The target as a share of the time. */
  public double target() {
    return target;
  }

  /** How often it turned out that less was to be planned for. */
  public long backOffs() {
    return backOffs;
  }
}
