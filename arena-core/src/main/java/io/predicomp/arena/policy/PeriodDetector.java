package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * Restores a region just before it wakes, if it sleeps and wakes with a period.
 *
 * <pre>
 *   touched  ##          ##          ##          ##
 *            ^w0   i1    ^w1   i2    ^w2   |lead>^ predicted: w2 + mean(i1, i2)
 *                                          ^ restoring starts here
 * </pre>
 *
 * The lead is {@value #PACE} × pages × restore cost ÷ CPU share, for the processor is not always
 * free, plus a margin: how exactly the wakes are known, and the largest of
 *
 * <ul>
 *   <li>three times the deviation of the intervals in use;
 *   <li>{@value #SPREADS} times the furthest that an interval was lately from those before it, for
 *       four that lie close together by luck say little of the next;
 *   <li>4 % of the period while two intervals are known, 2 % while three are.
 * </ul>
 *
 * <p>Two intervals that agree to 2 % are enough, three to 4 %, four to 8 %; after a wrong
 * prediction only four are. An interval that disagrees starts the learning anew, and if it does by
 * more than 8 % one more has to agree then, so irregular sleep is met with silence. What is
 * restored is what was needed or touched in the last two active phases; or the whole region, if
 * each phase needs other pages ({@link RoamingWakes}).
 *
 * <p>Works on activity seen once an epoch, takes the time of the first need of an epoch, or of the
 * one before it, where there was one: such a wake is known exactly, any other to within an epoch.
 * Costs six bits a page, and a walk over them once a period.
 */
public final class PeriodDetector implements PrefetchPolicy {
  private static final int INTERVALS = 4;
  private static final double[] TOLERANCE = {0, 0, 0.02, 0.04, 0.08};

  /** Late at 0.5 % of the wakes with ±2 % of uniform jitter; 2.4 % by the deviation alone. */
  static final double SPREADS = 1.75;

  /** How much of the furthest deviation is kept after another interval: half after 23. */
  private static final double SPREAD_KEEP = 0.97;

  /** A wake is only one after at least so many quiet epochs. */
  private static final int QUIET_EPOCHS = 2;

  /** One in ten restores of 65,536 pages, begun for what they take on average, was cut short. */
  private static final double PACE = 1.1;

  /**
   * Activity is measured against the most seen lately: less than this share of it is quiet. A wake
   * that has to wait for its pages touches far fewer of them in an epoch than the one before.
   */
  private static final double ACTIVE_SHARE = 1.0 / 32;

  private static final double PEAK_KEEP = 0.999;

  private static final double ALMOST_ALL = 0.75;

  private static final int BRIDGED_PAGES = 4;

  /** A wake seen by a need is known to within what a scheduler may hold it up. */
  private static final long EXACT_NANOS = 25_000_000;

  private final int pages;
  private final RoamingWakes roaming;

  /** Needed in the epoch that goes on: of the phase that it turns out to belong to. */
  private final long[] neededLast;

  private long[] neededNow;
  private long[] neededBefore;
  private long neededCount;
  private long neededCountBefore;
  private double restoreNanos = 2_500;
  private double cpuShare = 0.5;
  private final long[] intervals = new long[INTERVALS];
  private int known;

  /** Of these the oldest that are known to within an epoch only, and only until two are exact. */
  private int inexact;

  /** The furthest an interval was lately from the mean of those before it, as a share of that. */
  private double spread;

  private int enough = 2;
  private double peak;
  private int quiet;
  private boolean active;
  private boolean everWoke;
  private long wokeAt;
  private boolean wokeExactly;
  private long uncertainty;
  private boolean needSeen;
  private long firstNeedAt;

  /** Of the epoch before, in which a wake may have begun too late to be seen as one. */
  private boolean needSeenBefore;

  private long firstNeedBeforeAt;
  private long epochEndedAt;
  private long epochNanos;
  private boolean started;
  private boolean predicting;
  private long predictedAt;
  private long marginNanos;

  /** The next page to plan for the predicted wake, {@link #pages} when all are planned. */
  private int planAt;

  private boolean planned;

  /** Predicts for a region of this many pages. */
  public PeriodDetector(int pages) {
    this.pages = pages;
    roaming = new RoamingWakes(pages);
    neededNow = new long[Math.ceilDiv(pages, Long.SIZE)];
    neededBefore = new long[neededNow.length];
    neededLast = new long[neededNow.length];
  }

  @Override
  public String name() {
    return "period";
  }

  /**
   * Says how fast pages can be restored.
   *
   * @param restoreNanosPerPage CPU time to restore a page
   * @param allowedCpuShare share of a core for it, above 0, at most 1
   */
  public void pace(double restoreNanosPerPage, double allowedCpuShare) {
    restoreNanos = restoreNanosPerPage;
    cpuShare = allowedCpuShare;
  }

  @Override
  public void needed(int page, long nowNanos) {
    neededLast[page / Long.SIZE] |= 1L << page;
    roaming.needed(page);
    if (!needSeen) {
      needSeen = true;
      firstNeedAt = nowNanos;
    }
  }

  @Override
  public void epoch(int touchedPages, int neededPages, long nowNanos) {
    peak = Math.max(touchedPages, peak * PEAK_KEEP);
    boolean nowActive = touchedPages > 0 && touchedPages >= peak * ACTIVE_SHARE;
    if (started) {
      epochNanos = nowNanos - epochEndedAt;
      if (nowActive && !active && (quiet >= QUIET_EPOCHS || !everWoke)) {
        woke(startedAt(), needSeen || needSeenBefore);
      }
    } else if (nowActive) {
      woke(needSeen ? firstNeedAt : nowNanos, needSeen);
    }
    neededCount += neededPages;
    if (needSeen) {
      for (int word = 0; word < neededLast.length; word++) {
        neededNow[word] |= neededLast[word];
        neededLast[word] = 0;
      }
    }
    quiet = nowActive ? 0 : quiet + 1;
    boolean wasActive = active;
    active = nowActive || (active && quiet < QUIET_EPOCHS);
    if (wasActive && !active) {
      roaming.sleeps(predicting);
    }
    needSeenBefore = needSeen;
    firstNeedBeforeAt = firstNeedAt;
    needSeen = false;
    epochEndedAt = nowNanos;
    started = true;
  }

  /** A wake that waits at first needs too few pages in its first epoch to be seen in it. */
  private long startedAt() {
    if (needSeenBefore) {
      return firstNeedBeforeAt;
    }
    return needSeen ? firstNeedAt : epochEndedAt;
  }

  @Override
  public void touched(long[] bits) {
    for (int word = 0; word < neededNow.length; word++) {
      neededNow[word] |= bits[word];
    }
  }

  private void woke(long at, boolean exactly) {
    uncertainty = exactly && wokeExactly ? EXACT_NANOS : Math.max(EXACT_NANOS, epochNanos);
    wokeExactly = exactly;
    if (everWoke) {
      if (planned && Math.abs(at - predictedAt) > marginNanos + 2 * uncertainty) {
        enough = INTERVALS;
      }
      learn(at - wokeAt);
      long[] oldest = neededBefore;
      neededBefore = neededNow;
      neededNow = oldest;
      Arrays.fill(neededNow, 0);
      neededCountBefore = neededCount;
      neededCount = 0;
    }
    everWoke = true;
    wokeAt = at;
    predict();
  }

  private void learn(long interval) {
    if (known > 0) {
      if (agrees(interval)) {
        // An interval that is not known exactly says nothing of how even the wakes are.
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

  private void predict() {
    planned = false;
    planAt = 0;
    predicting = known >= enough;
    if (!predicting) {
      return;
    }
    double mean = mean();
    double deviation = 0;
    for (int i = 0; i < known; i++) {
      deviation = Math.max(deviation, Math.abs(intervals[i] - mean));
    }
    predictedAt = wokeAt + (long) mean;
    double chance = TOLERANCE[2] * (INTERVALS - known);
    marginNanos =
        (long) Math.max(3 * deviation, Math.max(SPREADS * spread, chance) * mean) + uncertainty;
  }

  /** Nanoseconds before the predicted wake at which restoring starts. */
  public long leadNanos() {
    if (restoresAll()) {
      return allNanos() + marginNanos;
    }
    long count = Math.min(pages, Math.max(neededCountBefore, neededCount));
    return nanosFor(Math.max(count, bits())) + marginNanos;
  }

  /** By the clock, to restore the whole region. */
  private long allNanos() {
    return nanosFor(pages);
  }

  private long nanosFor(long count) {
    return (long) (count * restoreNanos * PACE / cpuShare);
  }

  /** From a certain share on it is all of the region, even what the log of needs lost. */
  private boolean restoresAll() {
    return Math.max(neededCount, neededCountBefore) >= pages * ALMOST_ALL
        || (roaming.roams() && 2 * allNanos() <= periodNanos());
  }

  @Override
  public int generation() {
    return roaming.tries();
  }

  /** Whether a wake is predicted. */
  public boolean predicts() {
    return predicting;
  }

  /** The period, in nanoseconds; 0 while none is known. */
  public long periodNanos() {
    return predicting ? predictedAt - wokeAt : 0;
  }

  @Override
  public boolean speaksOnlyWhenSure() {
    return true;
  }

  @Override
  public long metadataBytes() {
    return 3L * Long.BYTES * neededNow.length + roaming.metadataBytes();
  }

  /** When the region is predicted to wake; only while {@link #predicts}. */
  public long predictedNanos() {
    return predictedAt;
  }

  private int bits() {
    int count = 0;
    for (int word = 0; word < neededNow.length; word++) {
      count += Long.bitCount(neededNow[word] | neededBefore[word]);
    }
    return count;
  }

  /** Whether there is something to plan at this moment. */
  public boolean isDue(long nowNanos) {
    if (!predicting || active || planAt >= pages || nowNanos - predictedAt > marginNanos) {
      return false;
    }
    // The walk over the bits is for the last stretch only.
    return predictedAt - nowNanos <= allNanos() + marginNanos
        && predictedAt - nowNanos <= leadNanos();
  }

  @Override
  public void plan(PrefetchPlan plan, long nowNanos) {
    if (!isDue(nowNanos)) {
      return;
    }
    planned = true;
    if (restoresAll()) {
      if (plan.add(planAt, pages, predictedAt)) {
        planAt = pages;
      }
      return;
    }
    while (planAt < pages) {
      int from = nextNeeded(planAt);
      int end = from;
      for (int next = from; next < pages && next - end < BRIDGED_PAGES; next = nextNeeded(end)) {
        end = next + 1;
      }
      if (!plan.add(from, end, predictedAt)) {
        return;
      }
      planAt = Math.max(end, from);
    }
  }

  /** The first page from here on that was needed lately; the number of pages if there is none. */
  private int nextNeeded(int page) {
    if (page >= pages) {
      return pages;
    }
    int word = page / Long.SIZE;
    long bits = (neededNow[word] | neededBefore[word]) & (-1L << page);
    while (bits == 0) {
      if (++word == neededNow.length) {
        return pages;
      }
      bits = neededNow[word] | neededBefore[word];
    }
    return Math.min(pages, word * Long.SIZE + Long.numberOfTrailingZeros(bits));
  }
}
