package io.predicomp.arena.policy;

import java.util.function.IntPredicate;

/**
 * Restores a region just before it wakes, if it sleeps and wakes with a period, or always sleeps as
 * long: work of a length that varies, and then a timer, has no period.
 *
 * <pre>
 *   touched  ##          ####         #           ###
 *            ^w0         ^w1 ^s1      ^w2^s2 |lead>^ predicted: w2 + mean of w1 - w0, w2 - w1
 *                                                    or         s2 + mean of w1 - s0, w2 - s1
 *                                            ^ restoring starts here
 * </pre>
 *
 * When the region falls asleep the wake is predicted by what is sure ({@link IntervalEstimate}),
 * the period from the last wake or the pause from the last use; if both are, by the one that needs
 * the smaller margin. The lead is {@value #PACE} × pages × restore cost ÷ CPU share, for the
 * processor is not always free, plus that margin. What is restored is what was needed or touched in
 * the last two active phases, or before them if it has been in memory all the time since, where a
 * use may not be seen; or the whole region, if each phase needs other pages ({@link RoamingWakes}).
 *
 * <p>Works on activity seen once an epoch, takes the time of the first need of an epoch, or of the
 * one before it, where there was one: such a wake is known exactly, any other to within an epoch.
 * Likewise the last need is the end of a phase, where its last epoch had any. A sleep of less than
 * a quarter of the usual one is a nap, and part of the phase: so are threads that do not wake
 * together. Costs a byte a page, and walks over them once a period.
 */
public final class PeriodDetector implements PrefetchPolicy {
  /** A wake is only one after at least so many quiet epochs. */
  private static final int QUIET_EPOCHS = 2;

  /** One in ten restores of 65,536 pages, begun for what they take on average, was cut short. */
  private static final double PACE = 1.1;

  /**
   * Activity is measured against the most seen lately: less than this share of it is quiet. A wake
   * that has to wait for its pages touches far fewer of them in an epoch than the one before.
   */
  private static final double ACTIVE_SHARE = 1.0 / 32;

  /** A phase goes on while so many pages are needed in an epoch, however long each has to wait. */
  private static final double WAITING_SHARE = 1.0 / 256;

  /** A sleep of less than this share of the usual one is a nap. */
  private static final double NAP_SHARE = 1.0 / 4;

  /** After so many naps in a row, they are how the region sleeps now. */
  private static final int MOST_NAPS = 4;

  private static final double PEAK_KEEP = 0.999;

  private static final double ALMOST_ALL = 0.75;

  private static final int BRIDGED_PAGES = 4;

  /** How much of the longest phase is kept after another one that was shorter. */
  private static final double PHASE_KEEP = 0.99;

  private final int pages;
  private final IntPredicate isAway;
  private final RoamingWakes roaming;

  /** Needed in the epoch that goes on: of the phase that it turns out to belong to. */
  private final long[] neededLast;

  private final long[] neededNow;

  /** In the phase before, and earlier what nothing was heard of since. */
  private final long[] neededBefore;

  /** Brought back ahead, for the phase to come. */
  private final long[] fetched;

  /** Was away at the beginning of this phase or at its end: if it was used, it was needed. */
  private final long[] heardOf;

  private long neededCount;
  private long neededCountBefore;
  private double restoreNanos = 2_500;
  private double cpuShare = 0.5;

  /** From wake to wake. */
  private final IntervalEstimate periods = new IntervalEstimate();

  /** From the last use to the wake. */
  private final IntervalEstimate pauses = new IntervalEstimate();

  /** Of both the one that the prediction was made by. */
  private IntervalEstimate predictor = periods;

  private double peak;
  private int quiet;
  private boolean active;
  private boolean everWoke;
  private long wokeAt;

  /** How exactly the last wake is known, and the last use. */
  private long wakeUncertainty;

  private long usedUntil;

  /** How long phases last that were seen to their end: where pages wait, more needs are seen. */
  private double phaseNanos;

  private long useUncertainty;
  private int naps;
  private boolean needSeen;
  private long firstNeedAt;
  private long lastNeedAt;

  /** Of the epoch before, in which a wake may have begun too late to be seen as one. */
  private boolean needSeenBefore;

  private long firstNeedBeforeAt;
  private long epochEndedAt;
  private long epochNanos;
  private boolean started;
  private boolean predicting;
  private long predictedAt;
  private long marginNanos;
  private long periodNanos;

  /** The next page to plan for the predicted wake, {@link #pages} when all are planned. */
  private int planAt;

  private boolean planned;

  /** Predicts for a region of this many pages each use of which is seen. */
  public PeriodDetector(int pages) {
    this(pages, page -> true);
  }

  /**
   * Predicts for a region.
   *
   * @param pages of the region
   * @param isAway whether a page is not in memory: the use of others may not be seen
   */
  public PeriodDetector(int pages, IntPredicate isAway) {
    this.pages = pages;
    this.isAway = isAway;
    roaming = new RoamingWakes(pages);
    neededNow = new long[Math.ceilDiv(pages, Long.SIZE)];
    neededBefore = new long[neededNow.length];
    neededLast = new long[neededNow.length];
    fetched = new long[neededNow.length];
    heardOf = new long[neededNow.length];
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
    lastNeedAt = nowNanos;
  }

  /** A page was brought back ahead. */
  public void fetched(int page) {
    (active ? heardOf : fetched)[page / Long.SIZE] |= 1L << page;
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
    boolean waits = active && neededPages > 0 && neededPages >= peak * WAITING_SHARE;
    if (nowActive || waits) {
      usedUntil = needSeen ? lastNeedAt : nowNanos;
      useUncertainty = uncertainty(needSeen);
      quiet = 0;
    } else {
      quiet++;
    }
    boolean wasActive = active;
    active = nowActive || (active && quiet < QUIET_EPOCHS);
    if (wasActive && !active) {
      phaseNanos = Math.max((double) (usedUntil - wokeAt), phaseNanos * PHASE_KEEP);
      hearOfThoseAway();
      predict(nowNanos);
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

  private long uncertainty(boolean exactly) {
    return exactly
        ? IntervalEstimate.EXACT_NANOS
        : Math.max(IntervalEstimate.EXACT_NANOS, epochNanos);
  }

  private void woke(long at, boolean exactly) {
    if (everWoke) {
      if (isNap(at - usedUntil)) {
        return;
      }
      learn(at, uncertainty(exactly));
      for (int word = 0; word < neededNow.length; word++) {
        neededBefore[word] = neededNow[word] | (neededBefore[word] & ~heardOf[word]);
        neededNow[word] = 0;
        heardOf[word] = fetched[word];
        fetched[word] = 0;
      }
      neededCountBefore = neededCount;
      neededCount = 0;
    }
    everWoke = true;
    wokeAt = at;
    wakeUncertainty = uncertainty(exactly);
  }

  /** What is still away at the end of a phase was not needed in it. */
  private void hearOfThoseAway() {
    for (int word = 0; word < neededBefore.length; word++) {
      for (long bits = neededBefore[word]; bits != 0; bits &= bits - 1) {
        if (isAway.test(word * Long.SIZE + Long.numberOfTrailingZeros(bits))) {
          heardOf[word] |= Long.lowestOneBit(bits);
        }
      }
    }
  }

  private boolean isNap(long pause) {
    if (pauses.isEmpty() || pause >= pauses.meanNanos() * NAP_SHARE || naps == MOST_NAPS) {
      naps = 0;
      return false;
    }
    naps++;
    return true;
  }

  private void learn(long at, long uncertainty) {
    long ofPeriod = Math.max(uncertainty, wakeUncertainty);
    long ofPause = Math.max(uncertainty, useUncertainty);
    long allowed = marginNanos + 2 * (predictor == periods ? ofPeriod : ofPause);
    if (planned && Math.abs(at - predictedAt) > allowed) {
      predictor.doubt();
    }
    periods.learn(at - wokeAt, ofPeriod);
    pauses.learn(at - usedUntil, ofPause);
    if (periods.isSure()) {
      periodNanos = periods.meanNanos();
    } else if (!pauses.isSure()) {
      periodNanos = 0;
    }
    predicting = false;
  }

  /** By what needs the smaller margin, of what is sure and lies ahead. */
  private void predict(long nowNanos) {
    predicting = false;
    planned = false;
    planAt = 0;
    consider(periods, wokeAt, wakeUncertainty, nowNanos);
    consider(pauses, usedUntil, useUncertainty, nowNanos);
    periodNanos = predicting ? predictedAt - wokeAt : 0;
  }

  private void consider(IntervalEstimate estimate, long since, long uncertainty, long nowNanos) {
    if (!estimate.isSure()) {
      return;
    }
    long at = since + estimate.meanNanos();
    long margin = estimate.marginNanos(uncertainty);
    if (at - nowNanos > 0 && (!predicting || margin < marginNanos)) {
      predicting = true;
      predictor = estimate;
      predictedAt = at;
      marginNanos = margin;
    }
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

  /** Whether a wake is predicted, which it is only while the region sleeps. */
  public boolean predicts() {
    return predicting;
  }

  /**
   * The period, in nanoseconds, or how long the latest one was by the pause; 0 if neither is known.
   */
  public long periodNanos() {
    return periodNanos;
  }

  /**
   * How long a phase may go on, in nanoseconds: as long as the longest lately. Of one whose pages
   * are all there little may be seen after its first moments.
   */
  public long phaseNanos() {
    return (long) phaseNanos;
  }

  @Override
  public boolean speaksOnlyWhenSure() {
    return true;
  }

  @Override
  public long metadataBytes() {
    return 5L * Long.BYTES * neededNow.length + roaming.metadataBytes();
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
