package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * How good a predictor is, whether its plans are carried out or not: every page it plans is kept in
 * a shadow table until the page is needed or the prediction has expired.
 *
 * <pre>
 *   accuracy     predicted pages that were needed ÷ predicted pages whose time is over
 *   coverage     needed pages that had been predicted ÷ needed pages
 *   timeliness   of those, the ones predicted early enough to be restored before they were needed
 * </pre>
 *
 * All three are averages over the recent past: counts are halved every {@value #WINDOW} pages. A
 * prediction expires {@value #EXPIRY_NANOS} ns after its deadline. The table holds a fixed number
 * of predictions; one that takes the place of another ends it as a miss.
 *
 * <p>Not thread-safe.
 */
public final class PredictorScore {
  static final long EXPIRY_NANOS = 2_000_000_000L;
  static final int WINDOW = 1 << 17;

  private final int[] predictedPage;
  private final long[] madeAt;
  private final long[] deadline;
  private double hits;
  private double misses;
  private double needed;
  private double timely;
  private int sweepAt;
  private long lastNeedNanos = Long.MIN_VALUE;
  private int lastNeedPage = -1;

  /**
   * Scores predictions for a region of this many pages. Takes 20 bytes for each of at most 64 Ki.
   */
  public PredictorScore(int pages) {
    int slots = Math.clamp(pages, 1, 1 << 16);
    predictedPage = new int[slots];
    madeAt = new long[slots];
    deadline = new long[slots];
    Arrays.fill(predictedPage, -1);
  }

  /** Takes in what a predictor planned. */
  public void planned(PrefetchPlan plan, long nowNanos) {
    for (int range = 0; range < plan.size(); range++) {
      for (int page = plan.from(range); page < plan.end(range); page++) {
        int slot = page % predictedPage.length;
        if (predictedPage[slot] >= 0 && predictedPage[slot] != page) {
          misses++;
        }
        predictedPage[slot] = page;
        madeAt[slot] = nowNanos;
        deadline[slot] = Math.max(plan.deadlineNanos(range), nowNanos);
      }
    }
  }

  /**
   * Takes in that a page was needed: restored on demand, or found restored ahead.
   *
   * @param restoreNanos how long a restore takes: a prediction made later than this before the need
   *     was too late
   */
  public void needed(int page, long nowNanos, long restoreNanos) {
    if (page == lastNeedPage && nowNanos == lastNeedNanos) {
      return;
    }
    lastNeedPage = page;
    lastNeedNanos = nowNanos;
    needed++;
    int slot = page % predictedPage.length;
    if (predictedPage[slot] == page) {
      predictedPage[slot] = -1;
      hits++;
      if (nowNanos - madeAt[slot] >= restoreNanos) {
        timely++;
      }
    }
    if (needed > WINDOW || hits + misses > WINDOW) {
      hits /= 2;
      misses /= 2;
      needed /= 2;
      timely /= 2;
    }
  }

  /** Ends predictions whose time is over. Looks at up to {@code slots} of the table. */
  public void expire(long nowNanos, int slots) {
    for (int i = 0; i < Math.min(slots, predictedPage.length); i++) {
      if (predictedPage[sweepAt] >= 0 && nowNanos - deadline[sweepAt] > EXPIRY_NANOS) {
        predictedPage[sweepAt] = -1;
        misses++;
      }
      sweepAt = sweepAt + 1 == predictedPage.length ? 0 : sweepAt + 1;
    }
  }

  /** Share of predictions that came true, 0 to 1; 0 before the first one was settled. */
  public double accuracy() {
    return hits == 0 ? 0 : hits / (hits + misses);
  }

  /** Share of needed pages that were predicted, 0 to 1. */
  public double coverage() {
    return needed == 0 ? 0 : Math.min(1, hits / needed);
  }

  /** Share of predictions come true that were early enough, 0 to 1. */
  public double timeliness() {
    return hits == 0 ? 0 : timely / hits;
  }

  /** Predictions settled lately: what the figures rest on. */
  public double settled() {
    return hits + misses;
  }

  /** The one figure predictors are compared by: the share of needs they would have spared. */
  public double value() {
    return coverage() * timeliness();
  }
}
