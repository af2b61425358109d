package io.predicomp.arena.agent;

/**
 * How long restoring a page takes by the clock, learned from the last long runs of restores: on a
 * busy machine much longer than its CPU time, and a wave of restores must begin that much earlier.
 * Follows a slower run at once and faster ones slowly. For one thread.
 */
final class RestorePace {
  /** Shorter runs say more of the scheduler than of restoring. */
  private static final int LEAST_PAGES = 1024;

  /** Share of a core that restoring may take, as CpuQuota allows in a burst. */
  private static final double BURST_CORES = 0.5;

  /** Beyond that times the undisturbed pace, something else was the matter. */
  private static final double MOST_SLOWDOWN = 4;

  private static final double FOLLOW = 0.25;

  private long runBegan;
  private long runPages;
  private double slowdown = 1;

  /** Takes in restored pages; the first after {@link #end} begin a run. */
  void restored(int pages, long beganNanos) {
    if (runPages == 0) {
      runBegan = beganNanos;
    }
    runPages += pages;
  }

  /** There is nothing left to restore. */
  void end(long nowNanos, double cpuNanosPerPage) {
    if (runPages >= LEAST_PAGES) {
      double took = (double) (nowNanos - runBegan) / runPages;
      double times = Math.clamp(took / (cpuNanosPerPage / BURST_CORES), 1, MOST_SLOWDOWN);
      slowdown = times > slowdown ? times : slowdown + FOLLOW * (times - slowdown);
    }
    runPages = 0;
  }

  /** The share of a core that restores can count on. */
  double cores() {
    return BURST_CORES / slowdown;
  }
}
