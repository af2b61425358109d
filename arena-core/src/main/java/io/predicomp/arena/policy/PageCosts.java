package io.predicomp.arena.policy;

/**
 * What moving a page costs here, learned from what was measured. Every figure starts at that of
 * docs/measuring.md for 4 KiB pages and LZ4, and follows the measurements with a half-life of about
 * a thousand pages, waits with one of up to 32 thousand. Nanoseconds. Not thread-safe.
 */
public final class PageCosts {
  private static final double HALF_LIFE_PAGES = 1024;

  /** A wait depends on who else wants the processor: it takes many to know the usual one. */
  private static final double MOST_HALF_LIFE_PAGES = 32_768;

  /** Part of the waits seen that count for more than half. */
  private static final double YOUNG_PARTS = 4;

  static final int LONGEST_STALL_RESTORES = 8;

  private double stalledPages;

  private double demoteNanos = 10_000;
  private double restoreNanos = 2_500;
  private double stallNanos = 4_000;

  /** Costs before anything was measured. */
  public PageCosts() {}

  /** Takes in the CPU time of demoting pages, those that turned out not to compress included. */
  public void demoted(long pages, long cpuNanos) {
    demoteNanos = follow(demoteNanos, pages, cpuNanos);
  }

  /** Takes in the CPU time of restoring pages ahead of demand. */
  public void restored(long pages, long cpuNanos) {
    restoreNanos = follow(restoreNanos, pages, cpuNanos);
  }

  /**
   * Takes in the time application threads were stopped by demand restores. A wait beyond {@value
   * #LONGEST_STALL_RESTORES} restores is the scheduler's: the stall controller answers to it, but
   * it says nothing of what the next page will cost.
   */
  public void stalled(long pages, long nanos) {
    double most = restoreNanos * LONGEST_STALL_RESTORES * pages;
    stalledPages += Math.max(0, pages);
    double halfLife = Math.clamp(stalledPages / YOUNG_PARTS, HALF_LIFE_PAGES, MOST_HALF_LIFE_PAGES);
    stallNanos = follow(stallNanos, pages, (long) Math.min((double) nanos, most), halfLife);
  }

  /** CPU nanoseconds to demote a page. */
  public double demoteNanos() {
    return demoteNanos;
  }

  /** CPU nanoseconds to restore a page ahead of demand. */
  public double restoreNanos() {
    return restoreNanos;
  }

  /** Nanoseconds an application thread stands still for a demand restore. */
  public double stallNanos() {
    return stallNanos;
  }

  private static double follow(double known, long pages, long nanos) {
    return follow(known, pages, nanos, HALF_LIFE_PAGES);
  }

  private static double follow(double known, long pages, long nanos, double halfLifePages) {
    if (pages <= 0) {
      return known;
    }
    double keep = Math.pow(0.5, pages / halfLifePages);
    return known * keep + (double) nanos / pages * (1 - keep);
  }
}
