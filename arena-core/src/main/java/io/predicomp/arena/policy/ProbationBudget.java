package io.predicomp.arena.policy;

/**
 * How many pages may be on probation: sent away although they may be in use, to see whether they
 * come back.
 *
 * <pre>
 *   saved up   |   .-----.                 fills by the clock, up to ten seconds
 *              |  '       '.    .---      falls by what came back: its stall over a third of the
 *            0 |'           '--'          stall target, or its CPU time over a third of the quota
 *   allowed   = saved up ÷ (cost of a page × share that comes back) − pages on probation
 * </pre>
 *
 * So pages that come back at once, whatever their number, take no more than a third of what all
 * loops may take: where everything is in use a few are tried a second, and where pages stay away
 * the more are tried the longer that goes on. What is on probation is reckoned at the share that
 * came back lately, and never as if all would stay: a change of phase costs one debt, of ten
 * seconds at most.
 *
 * <p>Not thread-safe.
 */
public final class ProbationBudget {
  /** Of stall target and CPU quota. */
  static final double SHARE = 1.0 / 3;

  private static final double MOST_SAVED_NANOS = 10e9;
  private static final double SAVED_AT_FIRST_NANOS = 1e9;

  /** Share of the pages on probation that is reckoned to come back at least. */
  private static final double LEAST_BACK = 1.0 / 16;

  /** Pages after which what was learned counts half. */
  private static final double HALF_LIFE_PAGES = 128;

  /** Waiting longer for a page is the scheduler's doing, as long as it is not the rule. */
  private static final double MOST_STALL_NANOS = 100_000;

  private final double stallShare;
  private final double cpuShare;
  private double savedNanos = SAVED_AT_FIRST_NANOS;
  private double stallNanos = 4_000;
  private double cpuNanos = 12_500;
  private double backShare = 0.5;

  /**
   * @param stallShare share of the time that threads may wait for pages, above 0
   * @param cpuShare what background work may take of one core, above 0
   */
  public ProbationBudget(double stallShare, double cpuShare) {
    this.stallShare = stallShare * SHARE;
    this.cpuShare = cpuShare * SHARE;
  }

  /** Time went by, in which threads waited so long for so many pages, whatever sent them away. */
  public void passed(long nanos, long pages, long waitedNanos) {
    savedNanos = Math.min(MOST_SAVED_NANOS, savedNanos + nanos);
    if (pages > 0) {
      double each = Math.min((double) waitedNanos / pages, MOST_STALL_NANOS);
      stallNanos += weight(pages) * (each - stallNanos);
    }
  }

  /** Pages were sent on probation, which took so much CPU time. */
  public void sent(long pages, long spentNanos) {
    if (pages > 0) {
      cpuNanos += weight(pages) * ((double) spentNanos / pages - cpuNanos);
    }
  }

  /** Pages came back from probation at once. */
  public void cameBack(long pages) {
    savedNanos = Math.max(-MOST_SAVED_NANOS, savedNanos - pages * pageNanos());
    backShare += weight(pages) * (1 - backShare);
  }

  /** Pages stayed away long enough to have been cold. */
  public void stayedAway(long pages) {
    backShare -= weight(pages) * backShare;
  }

  /**
   * How many more pages may be sent.
   *
   * @param onProbation pages that neither came back nor stayed away yet
   */
  public long allowed(long onProbation) {
    double reckoned = pageNanos() * Math.max(LEAST_BACK, backShare);
    return (long) Math.max(0, savedNanos / reckoned - onProbation);
  }

  /** By the clock, what a page that comes back costs. */
  private double pageNanos() {
    return Math.max(stallNanos / stallShare, cpuNanos / cpuShare);
  }

  private static double weight(long pages) {
    return 1 - Math.pow(0.5, pages / HALF_LIFE_PAGES);
  }
}
