package io.predicomp.arena.policy;

/**
 * How long pages must stay cold to pay for leaving and coming back.
 *
 * <pre>
 *   touched          demoted              restored     touched
 *      |--- age -------|xxxx 10 µs xxxx  …  |xx 2.5 µs xx|
 *                      |◄─────── cold for c seconds ────►|
 * </pre>
 *
 * If n pages go round like this, each once every c seconds, they take n × (demote + restore) ÷ c of
 * a core, and this must not be more than the quota. So 64 Ki pages (256 MiB) at 12.5 µs a round
 * trip must stay away for 16 s under a quota of 5 %; a tenth of them for 1.6 s.
 *
 * <p>Pure functions.
 */
public final class BreakEven {
  private BreakEven() {}

  /** CPU nanoseconds for a page to leave and come back. */
  public static double roundTripNanos(PageCosts costs) {
    return costs.demoteNanos() + costs.restoreNanos();
  }

  /**
   * Nanoseconds that pages must stay cold if all of them go round in {@code cpuShare} of a core.
   *
   * @param pages how many pages go round
   * @param cpuShare what they may take of one core, above 0
   */
  public static double coldNanos(PageCosts costs, double pages, double cpuShare) {
    return pages * roundTripNanos(costs) / cpuShare;
  }

  /** How many pages can go round within {@code cpuShare} if each stays cold for so long. */
  public static double affordablePages(PageCosts costs, double coldNanos, double cpuShare) {
    return coldNanos * cpuShare / roundTripNanos(costs);
  }

  /** Share of one core taken by pages coming back at this rate. */
  public static double cpuShare(PageCosts costs, double pagesPerSecond) {
    return pagesPerSecond * roundTripNanos(costs) / 1e9;
  }

  /**
   * Share of one thread's time spent waiting, if pages come back at this rate.
   *
   * @param coverage share of them that are restored ahead of demand, 0 to 1
   */
  public static double stallShare(PageCosts costs, double pagesPerSecond, double coverage) {
    return pagesPerSecond * (1 - coverage) * costs.stallNanos() / 1e9;
  }
}
