package io.predicomp.arena.policy;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * How good a predictor is, whether its plans are carried out or not: pages it plans are kept in a
 * shadow table until they are needed or the prediction has expired.
 *
 * <pre>
 *   accuracy     predicted pages that were needed ÷ predicted pages whose time is over
 *   coverage     needed pages that had been predicted ÷ needed pages
 *   timeliness   of those, the ones predicted early enough to be restored before they were needed
 * </pre>
 *
 * All three are averages over the recent past: counts are halved every {@value #WINDOW} pages. A
 * prediction expires {@value #EXPIRY_NANOS} ns after its deadline. Of a large region some pages are
 * watched ({@link WatchedPages}), so that the table holds every prediction of one and costs little.
 *
 * <p>Not thread-safe.
 */
public final class PredictorScore {
  static final long EXPIRY_NANOS = 2_000_000_000L;
  static final int WINDOW = 1 << 17;

  private static final int NONE = -1;

  /** Times are kept in units of 2¹⁰ ns, modulo 2³² of them, which is 73 minutes. */
  private static final int UNIT_SHIFT = 10;

  private final WatchedPages watched;
  private final int slots;

  /** By slot: when it was predicted and by when; {@link #NONE} if it is not. Empty at first. */
  private int[] madeAt = {};

  private int[] deadline = {};
  private double hits;
  private double misses;
  private double needed;
  private double timely;
  private int sweepAt;
  private long lastNeedNanos = Long.MIN_VALUE;
  private int lastNeedPage = NONE;

  /**
   * Counts behind the shares, comparable between regions.
   *
   * @param hits predicted pages that were needed
   * @param misses predicted pages that were not
   * @param needed pages needed
   * @param timely hits that were predicted early enough
   */
  public record Figures(double hits, double misses, double needed, double timely) {
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

    /** Both together, as of one predictor of both regions. */
    public Figures plus(Figures other) {
      return new Figures(
          hits + other.hits, misses + other.misses, needed + other.needed, timely + other.timely);
    }
  }

  /**
   * Scores predictions for a region of this many pages. Takes 8 bytes for each that is watched,
   * from the first prediction on.
   */
  public PredictorScore(int pages) {
    watched = new WatchedPages(pages);
    slots = watched.slots();
  }

  private static int units(long nanos) {
    return (int) (nanos >>> UNIT_SHIFT);
  }

  /** The same, but never {@link #NONE}. */
  private static int madeUnits(long nanos) {
    int units = units(nanos);
    return units == NONE ? NONE - 1 : units;
  }

  private boolean isPredicted(int slot) {
    return slot < madeAt.length && madeAt[slot] != NONE;
  }

  private void predict(int slot, long nowNanos, long due) {
    if (madeAt.length == 0) {
      madeAt = new int[slots];
      deadline = new int[slots];
      Arrays.fill(madeAt, NONE);
    }
    madeAt[slot] = madeUnits(nowNanos);
    deadline[slot] = units(due);
  }

  /** How many pages each watched one stands for. */
  public int stretch() {
    return watched.stretch();
  }

  /**
   * Takes in what a predictor planned, but for pages in memory: nobody would need to restore them,
   * so that neither their use nor their rest says anything.
   */
  public void planned(PrefetchPlan plan, long nowNanos, IntPredicate isAway) {
    for (int range = 0; range < plan.size(); range++) {
      long due = Math.max(plan.deadlineNanos(range), nowNanos);
      int end = plan.end(range);
      int last = Math.min(slots - 1, watched.slotAt(end - 1));
      for (int slot = watched.slotAt(plan.from(range)); slot <= last; slot++) {
        int page = watched.page(slot);
        if (page >= plan.from(range) && page < end && isAway.test(page)) {
          predict(slot, nowNanos, due);
        }
      }
    }
  }

  /** Whether a page is watched, and predicted to be needed. */
  public boolean predicts(int page) {
    int slot = watched.slot(page);
    return slot != NONE && isPredicted(slot);
  }

  /**
   * Takes in that a page was needed: restored on demand, or found restored ahead.
   *
   * @param restoreNanos how long a restore takes: a prediction made later than this before the need
   *     was too late
   */
  public void needed(int page, long nowNanos, long restoreNanos) {
    int slot = watched.slot(page);
    if (slot == NONE || (page == lastNeedPage && nowNanos == lastNeedNanos)) {
      return;
    }
    lastNeedPage = page;
    lastNeedNanos = nowNanos;
    needed++;
    if (isPredicted(slot)) {
      hits++;
      if (units(nowNanos) - madeAt[slot] >= units(restoreNanos)) {
        timely++;
      }
      madeAt[slot] = NONE;
    }
    if (needed > WINDOW || hits + misses > WINDOW) {
      hits /= 2;
      misses /= 2;
      needed /= 2;
      timely /= 2;
    }
  }

  /** Begins anew. */
  void forget() {
    Arrays.fill(madeAt, NONE);
    hits = 0;
    misses = 0;
    needed = 0;
    timely = 0;
  }

  /** Ends predictions whose time is over. Looks at up to {@code most} of the table. */
  public void expire(long nowNanos, int most) {
    int now = units(nowNanos);
    for (int i = 0; i < Math.min(most, madeAt.length); i++) {
      if (isPredicted(sweepAt) && now - deadline[sweepAt] > units(EXPIRY_NANOS)) {
        madeAt[sweepAt] = NONE;
        misses++;
      }
      sweepAt = sweepAt + 1 == slots ? 0 : sweepAt + 1;
    }
  }

  /** Counts of late, of the pages watched. */
  public Figures figures() {
    double each = stretch();
    return new Figures(hits * each, misses * each, needed * each, timely * each);
  }

  /** See {@link Figures#accuracy}. */
  public double accuracy() {
    return hits == 0 ? 0 : hits / (hits + misses);
  }

  /** See {@link Figures#coverage}. */
  public double coverage() {
    return needed == 0 ? 0 : Math.min(1, hits / needed);
  }

  /** See {@link Figures#timeliness}. */
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

  /** Heap bytes. */
  public long metadataBytes() {
    return 2L * Integer.BYTES * madeAt.length;
  }
}
