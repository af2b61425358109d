package io.predicomp.arena.policy;

/**
 * Which pages are cold, decided anew about once a second: by age, or by {@link Recurrence} where
 * that holds more memory for what may be paid; and how much may be paid, by what is really stalled.
 *
 * <pre>
 *   ages ────────► AgeHistogram ─► ColdThreshold ──.
 *   recurrences ─► AgeHistogram ─► ColdThreshold ──┴─► the one that holds more ─► VictimPolicy
 *                                   ▲ allowance
 *   stalls ──────► StallController ─'
 * </pre>
 *
 * Age is right where pages sleep and wake together; recurrence where each is touched at random, at
 * a rate of its own. Both histograms are of what really came back, so that they can be compared.
 *
 * <p>Not thread-safe.
 */
public final class ColdPolicy {
  /** Of the target: what comes back is not the same every second. */
  private static final double PLANNED_SHARE = 0.94;

  /** By how much more the other measure must hold to be taken. */
  private static final double WORTH_CHANGING = 1.05;

  /** Memory that nobody touches for so much of the time sleeps and wakes as a whole. */
  private static final double SLEEPS = 0.5;

  private static final long DECIDE_NANOS = 1_000_000_000;

  private final AgeHistogram ages;
  private final AgeHistogram recurrences;
  private final ColdThreshold byAge;
  private final ColdThreshold byRecurrence;
  private final StallController stalls;
  private final int initialAge;
  private final boolean conservative;
  private boolean recurs;
  private long sinceDecision;

  /** Returns that time and CPU pay for. */
  private double payablePerSecond = Double.MAX_VALUE;

  private int coldAge;
  private long mayLeave = Long.MAX_VALUE;

  /**
   * @param coldMillis see {@link ColdThreshold}
   * @param stallPercent see {@link StallController}
   * @param conservative whether ages decide alone, by a fixed rate of pages that come back
   * @param ages of all pages
   * @param recurrences the same with {@link Recurrence#coldness} for the age
   */
  public ColdPolicy(
      long coldMillis,
      long epochNanos,
      double stallPercent,
      boolean conservative,
      AgeHistogram ages,
      AgeHistogram recurrences) {
    this.ages = ages;
    this.recurrences = recurrences;
    this.conservative = conservative;
    byAge = new ColdThreshold(coldMillis, epochNanos, conservative);
    byRecurrence = new ColdThreshold(coldMillis, epochNanos, conservative);
    stalls = new StallController(stallPercent);
    initialAge = byAge.age();
    coldAge = initialAge;
  }

  /**
   * Takes in the stall since the last scan.
   *
   * @param costs what pages cost by now, those of that stall included
   * @param periodNanos see {@link StallController#window}
   * @return whether it is time to {@link #decide}
   */
  public boolean scanned(PageCosts costs, long stallNanos, long elapsedNanos, long periodNanos) {
    double before = stalls.allowance();
    stalls.window(periodNanos);
    stalls.settlesWithin(threshold().nanos());
    double planned = threshold().plannedStallShare(recurs ? recurrences : ages, costs);
    stalls.plans(planned / (stalls.target() * PLANNED_SHARE));
    stalls.update(stallNanos, elapsedNanos);
    sinceDecision += elapsedNanos;
    return sinceDecision >= DECIDE_NANOS || stalls.allowance() < before;
  }

  /** Decides anew; see {@link ColdThreshold#update}. */
  public void decide(PageCosts costs, double cpuShare, double coverage) {
    sinceDecision = 0;
    double stallShare = stalls.target() * PLANNED_SHARE * stalls.allowance();
    byAge.update(ages, costs, cpuShare, stallShare, coverage);
    byRecurrence.update(recurrences, costs, cpuShare, stallShare, coverage);
    double other = recurs ? byAge.gain() : byRecurrence.gain();
    if (conservative || ages.quietShare() > SLEEPS) {
      recurs = false;
    } else if (other > threshold().gain() * WORTH_CHANGING) {
      recurs = !recurs;
    }
    payablePerSecond =
        Math.min(
            cpuShare * ColdThreshold.PAGE_MOVE_SHARE / BreakEven.cpuShare(costs, 1),
            stallShare / Math.max(1e-12, BreakEven.stallShare(costs, 1, coverage)));
    if (conservative) {
      payablePerSecond = Math.min(payablePerSecond, ColdThreshold.conservativePerSecond(ages));
    }
  }

  /**
   * Fits what may leave to what is out: as many of the coldest pages as can be paid for beside
   * those that are out already.
   *
   * @param here pages in memory, by age or coldness
   * @param out pages that are not, likewise
   */
  public void fit(long[] here, long[] out) {
    AgeHistogram seen = recurs ? recurrences : ages;
    double room = payablePerSecond;
    for (int age = 0; age <= AgeHistogram.OLDEST; age++) {
      room -= out[age] * seen.hazardPerSecond(age);
    }
    double leave = 0;
    int age = AgeHistogram.OLDEST + 1;
    int lowest = recurs ? initialAge : threshold().age();
    while (age > lowest && room > 0) {
      age--;
      double returns = here[age] * seen.hazardPerSecond(age);
      leave += returns <= room ? here[age] : here[age] * room / returns;
      room -= returns;
    }
    coldAge = leave > 0 ? age : coldAge;
    mayLeave = (long) leave;
  }

  /** How many pages may leave until the next scan. */
  public long mayLeave() {
    return mayLeave;
  }

  private ColdThreshold threshold() {
    return recurs ? byRecurrence : byAge;
  }

  /** Whether pages are cold by {@link Recurrence#coldness}, not by age. */
  public boolean isByRecurrence() {
    return recurs;
  }

  /** Pages of this age or coldness and more are cold. */
  public int coldAge() {
    return coldAge;
  }

  /** Share of the cold pages that may go, 0 to 1. */
  public double share() {
    double share = stalls.allowance() == 0 ? 0 : threshold().share();
    return recurs && share > 0 ? 1 : share;
  }

  /** Share of the stall target that is planned for, 0 to 1. */
  public double allowance() {
    return stalls.allowance();
  }

  /** The stall in percent of the time, averaged over about a window. */
  public double stallPercent() {
    return stalls.stallPercent();
  }

  /** The decision with its figures, for people. Allocates. */
  public String reason() {
    String reason = threshold().reason();
    return recurs ? reason + ", by how often pages are touched" : reason;
  }
}
