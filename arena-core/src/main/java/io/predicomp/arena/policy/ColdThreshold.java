package io.predicomp.arena.policy;

import java.util.Locale;

/**
 * The age from which pages are cold, and which share of the cold pages may be demoted.
 *
 * <pre>
 *   pages held, %                     what coming back costs, % of what may be paid
 *   100 |**                       100 |----*--------------------
 *       |  ****                       |     **
 *       |      *********              |       *****
 *     0 +----------------- age      0 +----------------- age
 *                 ^ the smallest age whose cost can be paid
 * </pre>
 *
 * For each age the histogram tells how many pages would be held and how often they would come back.
 * Where coming back costs more than may be paid, only a share of the pages is demoted, always the
 * same ones (see {@link VictimPolicy}); the age is the one that then holds the most memory, the
 * smallest of several. If even that is less than {@value #LEAST_GAIN_PERCENT} % of the pages,
 * nothing is demoted and {@link #verdict} says why. Until half a minute was seen the threshold
 * never goes below the one it was started with, and it is left alone unless another holds a
 * twentieth more or the present one has become too dear.
 *
 * <p>The preset {@code conservative} pays for a fixed rate instead, {@value
 * #CONSERVATIVE_PERCENT_PER_MINUTE} % of the working set a minute, as Google's far memory does
 * (ASPLOS 2019), and demotes all cold pages or none.
 *
 * <p>Not thread-safe.
 */
public final class ColdThreshold {
  /** No threshold goes below this. */
  public static final long FLOOR_MILLIS = 100;

  static final double CONSERVATIVE_PERCENT_PER_MINUTE = 0.2;
  static final double LEAST_GAIN_PERCENT = 5;

  private static final long LEARNING_NANOS = 3_000_000_000L;
  private static final long BELOW_INITIAL_NANOS = 30_000_000_000L;
  private static final double WORTH_MOVING = 1.02;

  /** Part of the quota left for scanning and for pages that turn out not to compress. */
  static final double PAGE_MOVE_SHARE = 0.9;

  private final long epochNanos;
  private final int floorAge;
  private final int initialAge;
  private final boolean conservative;
  private final RecentMost returns = new RecentMost();

  /** Times as many as on average came back right after the last burst. */
  private double surge = 1;

  private int age;
  private double share = 1;
  private double gain;
  private Verdict verdict = Verdict.LEARNING;
  private double pagesPerSecond;
  private double cpuShareForAll;
  private double stallShareForAll;

  /**
   * @param initialMillis the threshold before anything was learned; raised to {@link #FLOOR_MILLIS}
   * @param epochNanos length of a scan epoch, above 0
   */
  public ColdThreshold(long initialMillis, long epochNanos, boolean conservative) {
    if (epochNanos <= 0) {
      throw new IllegalArgumentException("epochNanos is " + epochNanos + ", must be above 0");
    }
    this.epochNanos = epochNanos;
    this.conservative = conservative;
    floorAge = toAge(FLOOR_MILLIS);
    initialAge = Math.max(floorAge, toAge(initialMillis));
    age = initialAge;
  }

  private int toAge(long millis) {
    long nanos = Math.multiplyExact(Math.max(0, millis), 1_000_000L);
    return Math.clamp(Math.ceilDiv(nanos, epochNanos), 1, AgeHistogram.OLDEST);
  }

  /**
   * Decides anew. Call it about once a second.
   *
   * @param cpuShare what background work may take of one core, above 0
   * @param stallShare what threads may stand still, as a share of one thread's time, above 0
   * @param coverage share of pages coming back that prediction restores ahead of demand, 0 to 1
   */
  public void update(
      AgeHistogram seen, PageCosts costs, double cpuShare, double stallShare, double coverage) {
    if (seen.observedNanos() < LEARNING_NANOS || seen.pages() == 0) {
      return;
    }
    double average = seen.touchedAgainPerSecond(initialAge);
    double most = returns.add(average, seen.observedNanos());
    surge = average > 0 ? most / average : 1;
    int lowest = seen.observedNanos() < BELOW_INITIAL_NANOS ? initialAge : floorAge;
    if (conservative) {
      updateConservative(seen, lowest);
    } else {
      updateForMostMemory(seen, costs, cpuShare * PAGE_MOVE_SHARE, stallShare, coverage, lowest);
    }
    pagesPerSecond = seen.touchedAgainPerSecond(age);
    cpuShareForAll = BreakEven.cpuShare(costs, pagesPerSecond);
    stallShareForAll = BreakEven.stallShare(costs, pagesPerSecond, coverage);
    gain = seen.pagesAtLeast(age) * share / seen.pages();
    verdict = judge(cpuShare * PAGE_MOVE_SHARE, stallShare);
  }

  private void updateForMostMemory(
      AgeHistogram seen,
      PageCosts costs,
      double cpuShare,
      double stallShare,
      double coverage,
      int lowest) {
    int best = AgeHistogram.OLDEST;
    double most = 0;
    for (int a = AgeHistogram.OLDEST; a >= lowest; a--) {
      double held = held(seen, a, costs, cpuShare, stallShare, coverage);
      if (held >= most) {
        most = held;
        best = a;
      }
    }
    double now = held(seen, age, costs, cpuShare, stallShare, coverage);
    if (age < lowest || most > now * WORTH_MOVING) {
      age = best;
    }
    share = payable(seen, age, costs, cpuShare, stallShare, coverage);
  }

  private double held(
      AgeHistogram seen,
      int age,
      PageCosts costs,
      double cpuShare,
      double stallShare,
      double coverage) {
    return seen.pagesAtLeast(age) * payable(seen, age, costs, cpuShare, stallShare, coverage);
  }

  /** Share of the pages of this age and more whose coming back can be paid for, 0 to 1. */
  private double payable(
      AgeHistogram seen,
      int age,
      PageCosts costs,
      double cpuShare,
      double stallShare,
      double coverage) {
    double rate = seen.touchedAgainPerSecond(age) * surge;
    double cpu = BreakEven.cpuShare(costs, rate);
    double stall = BreakEven.stallShare(costs, rate, coverage);
    return Math.min(1, Math.min(cpuShare / cpu, stall == 0 ? 1 : stallShare / stall));
  }

  /** Pages that the preset lets come back in a second. */
  static double conservativePerSecond(AgeHistogram seen) {
    double workingSet = seen.pages() - seen.pagesAtLeast(AgeHistogram.OLDEST);
    return workingSet * CONSERVATIVE_PERCENT_PER_MINUTE / 100 / 60;
  }

  private void updateConservative(AgeHistogram seen, int lowest) {
    double allowed = conservativePerSecond(seen);
    int best = lowest;
    while (best < AgeHistogram.OLDEST && seen.touchedAgainPerSecond(best) > allowed) {
      best++;
    }
    boolean tooDear = seen.touchedAgainPerSecond(age) > allowed;
    if (age < lowest
        || tooDear
        || seen.pagesAtLeast(best) > seen.pagesAtLeast(age) * WORTH_MOVING) {
      age = best;
    }
    share = seen.touchedAgainPerSecond(age) <= allowed ? 1 : 0;
  }

  private Verdict judge(double cpuShare, double stallShare) {
    if (gain >= LEAST_GAIN_PERCENT / 100) {
      return Verdict.WORTH_IT;
    }
    if (share == 1 || cpuShareForAll == 0) {
      return Verdict.NOTHING_COLD;
    }
    return cpuShareForAll / cpuShare >= stallShareForAll / stallShare
        ? Verdict.COSTS_TOO_MUCH_CPU
        : Verdict.STALLS_TOO_MUCH;
  }

  /** Pages of this age, in epochs, and more are cold; 1 to 255. */
  public int age() {
    return age;
  }

  /** The same in nanoseconds. */
  public long nanos() {
    return age * epochNanos;
  }

  /** Share of the cold pages that may be demoted, 0 to 1; 0 if it is not worth it. */
  public double share() {
    return verdict.demotes() ? share : 0;
  }

  /**
   * Share of one thread's time that demoting by it stalls if nothing is restored ahead, by what is
   * known now and may not have been when it was decided.
   */
  double plannedStallShare(AgeHistogram seen, PageCosts costs) {
    return BreakEven.stallShare(costs, seen.touchedAgainPerSecond(age) * share, 0);
  }

  /** Share of all pages that the threshold holds compressed on average, 0 to 1. */
  public double gain() {
    return verdict.demotes() ? gain : 0;
  }

  public Verdict verdict() {
    return verdict;
  }

  /** The verdict with its figures, for people. Allocates. */
  public String reason() {
    String figures =
        switch (verdict) {
          case LEARNING -> "";
          case WORTH_IT ->
              String.format(
                  Locale.ROOT,
                  "; %.0f %% of the pages, cold after %.1f s",
                  gain * 100,
                  nanos() / 1e9);
          default ->
              String.format(
                  Locale.ROOT,
                  "; pages cold after %.1f s come back %.0f times a second, which takes %.1f %% of"
                      + " a core and %.1f %% of the time; what can be paid for is %.1f %% of the"
                      + " pages",
                  nanos() / 1e9,
                  pagesPerSecond,
                  cpuShareForAll * 100,
                  stallShareForAll * 100,
                  gain * 100);
        };
    return verdict.reason() + figures;
  }
}
