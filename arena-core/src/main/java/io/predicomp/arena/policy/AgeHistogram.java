package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * How old pages are, and how old they were when they were touched again; both as averages over the
 * recent past. Ages are scan epochs since the last touch seen, 0 to 255, 255 meaning "or more".
 *
 * <pre>
 *   age        0   1   2   3  …      demoting pages of age 2 and more would
 *   pages    900  50  30  20  …      hold 30 + 20 + … pages on average, and
 *   touched  800   9   1   0  …      bring back 1 + 0 + … of them in the time observed
 * </pre>
 *
 * Compressed pages go on ageing and are counted too: the histogram says what a threshold would do,
 * whichever is in force. The idea is from Lagar-Cavilla and others, "Software-Defined Far Memory in
 * Warehouse-Scale Computers", ASPLOS 2019, section 4.
 *
 * <p>Use: for each epoch {@link #add} every page once with the age it had, {@link #touchedAgain}
 * the pages touched with the age they had before, then {@link #endEpoch}. Not thread-safe.
 */
public final class AgeHistogram {
  /** The highest age. */
  public static final int OLDEST = 255;

  /** Several cycles of a slow application fit in, and a phase change is half forgotten after it. */
  public static final long DEFAULT_HALF_LIFE_NANOS = 60_000_000_000L;

  /**
   * At first no page can be old, which would make old pages look rarer for long; so what was seen
   * is forgotten faster while little was seen.
   */
  private static final double YOUNG_PARTS = 3;

  /** Of an age, how far neighbours may be off. */
  private static final int NEIGHBOURS = 8;

  private static final double SHORTEST_HALF_LIFE_NANOS = 10e9;

  private final double halfLifeNanos;
  private final long[] scanPages = new long[OLDEST + 1];
  private final long[] scanTouched = new long[OLDEST + 1];

  /** Page-nanoseconds and pages, decayed; index a holds age a and more after {@link #endEpoch}. */
  private final double[] pageNanosAtLeast = new double[OLDEST + 1];

  private final double[] touchedAtLeast = new double[OLDEST + 1];
  private double observedNanos;
  private double quietNanos;
  private long totalObservedNanos;

  public AgeHistogram() {
    this(DEFAULT_HALF_LIFE_NANOS);
  }

  /** A histogram in which what was seen counts half after {@code halfLifeNanos}. */
  public AgeHistogram(long halfLifeNanos) {
    if (halfLifeNanos <= 0) {
      throw new IllegalArgumentException("halfLifeNanos is " + halfLifeNanos + ", must be above 0");
    }
    this.halfLifeNanos = halfLifeNanos;
  }

  /** Counts pages of one age in this epoch. Ages above 255 count as 255. */
  public void add(int age, long pages) {
    scanPages[Math.min(age, OLDEST)] += pages;
  }

  /** Counts pages that were touched in this epoch, with the age they had before. */
  public void touchedAgain(int ageBefore, long pages) {
    scanTouched[Math.min(ageBefore, OLDEST)] += pages;
  }

  /** Closes an epoch that lasted {@code epochNanos}; older epochs lose weight. */
  public void endEpoch(long epochNanos) {
    if (epochNanos <= 0) {
      throw new IllegalArgumentException("epochNanos is " + epochNanos + ", must be above 0");
    }
    double young = Math.max(SHORTEST_HALF_LIFE_NANOS, totalObservedNanos / YOUNG_PARTS);
    double keep = Math.pow(0.5, epochNanos / Math.min(halfLifeNanos, young));
    double pages = 0;
    double touched = 0;
    for (int age = OLDEST; age >= 0; age--) {
      pages += scanPages[age];
      touched += scanTouched[age];
      pageNanosAtLeast[age] = pageNanosAtLeast[age] * keep + pages * epochNanos;
      touchedAtLeast[age] = touchedAtLeast[age] * keep + touched;
    }
    Arrays.fill(scanPages, 0);
    Arrays.fill(scanTouched, 0);
    observedNanos = observedNanos * keep + epochNanos;
    quietNanos = quietNanos * keep + (touched == 0 ? epochNanos : 0);
    totalObservedNanos += epochNanos;
  }

  /** Pages of this age and more, averaged over the recent past; 0 before the first epoch. */
  public double pagesAtLeast(int age) {
    return observedNanos == 0 ? 0 : pageNanosAtLeast[age] / observedNanos;
  }

  /** Pages touched again at this age or more, per second; 0 before the first epoch. */
  public double touchedAgainPerSecond(int age) {
    return observedNanos == 0 ? 0 : touchedAtLeast[age] / observedNanos * 1e9;
  }

  /**
   * How often a page of about this age is touched again, per second; 0 where none was seen. Of few
   * pages little is known, so neighbours count as well.
   */
  public double hazardPerSecond(int age) {
    int from = age - age / NEIGHBOURS;
    int end = Math.min(OLDEST, age + age / NEIGHBOURS) + 1;
    double pageNanos = pageNanosAtLeast[from] - (end > OLDEST ? 0 : pageNanosAtLeast[end]);
    double touched = touchedAtLeast[from] - (end > OLDEST ? 0 : touchedAtLeast[end]);
    return pageNanos <= 0 ? 0 : Math.max(0, touched) / pageNanos * 1e9;
  }

  /** Share of the time in which no page was touched, 0 to 1. */
  public double quietShare() {
    return observedNanos == 0 ? 0 : quietNanos / observedNanos;
  }

  /** All pages, averaged. */
  public double pages() {
    return pagesAtLeast(0);
  }

  /** Time observed since the start or the last {@link #forget}, not decayed. */
  public long observedNanos() {
    return totalObservedNanos;
  }

  /** Starts anew, after a change that makes the past worthless (a new epoch length, a region). */
  public void forget() {
    Arrays.fill(scanPages, 0);
    Arrays.fill(scanTouched, 0);
    Arrays.fill(pageNanosAtLeast, 0);
    Arrays.fill(touchedAtLeast, 0);
    observedNanos = 0;
    quietNanos = 0;
    totalObservedNanos = 0;
  }
}
