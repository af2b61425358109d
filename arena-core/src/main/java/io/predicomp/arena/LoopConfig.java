package io.predicomp.arena;

import io.predicomp.arena.policy.PredictorChoice;
import java.time.Duration;
import java.util.Locale;

/**
 * What the background loops go by. Immutable.
 *
 * @param coldAfter how long a page must not have been accessed to be cold, to begin with; then it
 *     follows what is measured. 100 ms to 10 minutes
 * @param cpuPercent what all loops together may take of one core, averaged over a minute; above 0
 *     to 50
 * @param stallPercent share of time that accesses may wait for pages; above 0 to 50
 * @param predictor what brings pages back before they are needed; whatever it is, all are scored
 * @param prefetchDistance pages between a need and the first page prefetched because of it; 1 to
 *     65,536
 * @param prefetchBatch pages prefetched because of one need; 1 to 65,536
 * @param compresses whether cold pages are demoted
 * @param conservative whether only as many pages are out of memory as come back at a fixed rate,
 *     0.2 % of the working set a minute, instead of as many as the two shares pay for
 */
public record LoopConfig(
    Duration coldAfter,
    double cpuPercent,
    double stallPercent,
    Predictor predictor,
    int prefetchDistance,
    int prefetchBatch,
    boolean compresses,
    boolean conservative) {
  /** How to know which pages will be needed. */
  public enum Predictor {
    /** Whichever has been right most often of late, each region for itself; or none. */
    AUTO,
    /** The pages behind those that were needed in equal steps. */
    STRIDE,
    /** The whole region when {@link Region#hint} says that it is about to be used. */
    PHASE,
    /** What was in use at the last wakes, just before the next, if wakes are regular. */
    PERIOD,
    /** The clusters that followed those needed now when they were needed before. */
    SUCCESSOR,
    /** No prefetching. */
    OFF;

    /** The name by which it is known to {@link PredictorChoice} and on command lines. */
    public String policyName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int MOST_PAGES = 65_536;
  private static final int EPOCHS_UNTIL_COLD = 5;
  private static final long SHORTEST_EPOCH_NANOS = 20_000_000;
  private static final long LONGEST_EPOCH_NANOS = 500_000_000;

  /**
   * The defaults: cold after 2 s, 5 % of a core, 1 % of the time waiting, all predictors, distance
   * 1, batch 4, compressing.
   */
  public static final LoopConfig DEFAULT =
      new LoopConfig(Duration.ofSeconds(2), 5, 1, Predictor.AUTO, 1, 4, true);

  /** The same, not conservative. */
  public LoopConfig(
      Duration coldAfter,
      double cpuPercent,
      double stallPercent,
      Predictor predictor,
      int prefetchDistance,
      int prefetchBatch,
      boolean compresses) {
    this(
        coldAfter,
        cpuPercent,
        stallPercent,
        predictor,
        prefetchDistance,
        prefetchBatch,
        compresses,
        false);
  }

  public LoopConfig {
    check("coldAfter in milliseconds", coldAfter.toMillis(), 100, 600_000);
    check("prefetchDistance", prefetchDistance, 1, MOST_PAGES);
    check("prefetchBatch", prefetchBatch, 1, MOST_PAGES);
    checkPercent("cpuPercent", cpuPercent);
    checkPercent("stallPercent", stallPercent);
  }

  private static void check(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed are " + low + " to " + high);
    }
  }

  private static void checkPercent(String name, double value) {
    if (!(value > 0 && value <= 50)) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed are above 0 to 50");
    }
  }

  /** The unit of page ages, and how often touches are scanned at most, in nanoseconds. */
  public long epochNanos() {
    return Math.clamp(
        coldAfter.toNanos() / EPOCHS_UNTIL_COLD, SHORTEST_EPOCH_NANOS, LONGEST_EPOCH_NANOS);
  }
}
