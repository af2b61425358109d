package io.predicomp.arena.policy;

/**
 * Holds the share of time that threads stand still for demand restores under a target, the way
 * Senpai holds memory pressure: backs off by a factor, comes back in small steps.
 *
 * <pre>
 *   allowance 1 |-----.      .--'     .---   share of the demotion rate
 *               |     |   .--'    .---
 *               |     '-.--'   .--'
 *             0 +------------------------- epochs
 *                     ^ above target: halve at most once in a half-life of the average
 * </pre>
 *
 * A smoothed stall share is compared with the target. Above it the allowance falls by up to half,
 * the more the further above, and then waits for the average to show the effect, for it is the
 * delay that makes controllers swing. Below 70 % of the target it grows by a twentieth of an epoch
 * second; in between it rests. {@link #ageFactor} turns a low allowance into a higher threshold of
 * age, so that what is demoted is also colder.
 *
 * <p>Stall is counted as with pressure stall information: nanoseconds waited by all threads over
 * nanoseconds of wall time. Not thread-safe.
 */
public final class StallController {
  public static final double DEFAULT_PERCENT = 1;

  /** Below this nothing is demoted, so that a region whose pages are all in use is left alone. */
  static final double LEAST = 1.0 / 64;

  private static final double HALF_LIFE_NANOS = 1e9;
  private static final double GROWTH_PER_SECOND = 0.05;
  private static final double REST_ABOVE = 0.7;

  private final double target;
  private double average;
  private double allowance = 1;
  private double sinceBackOffNanos = HALF_LIFE_NANOS;
  private long backOffs;

  /**
   * @param targetPercent share of time threads may stand still; above 0, at most 100
   * @throws IllegalArgumentException if the target is out of range
   */
  public StallController(double targetPercent) {
    if (!(targetPercent > 0 && targetPercent <= 100)) {
      throw new IllegalArgumentException(
          "targetPercent is " + targetPercent + ", allowed are above 0 to 100");
    }
    target = targetPercent / 100;
  }

  /**
   * Takes in what was measured since the last call.
   *
   * @param stallNanos waited for demand restores, by all threads together
   * @param elapsedNanos wall time, above 0
   */
  public void update(long stallNanos, long elapsedNanos) {
    if (elapsedNanos <= 0) {
      return;
    }
    double keep = Math.pow(0.5, elapsedNanos / HALF_LIFE_NANOS);
    average = average * keep + (double) stallNanos / elapsedNanos * (1 - keep);
    sinceBackOffNanos += elapsedNanos;
    if (average > target) {
      if (sinceBackOffNanos >= HALF_LIFE_NANOS) {
        allowance = Math.max(0, allowance * Math.max(0.5, target / average));
        sinceBackOffNanos = 0;
        backOffs++;
      }
    } else if (average < target * REST_ABOVE) {
      allowance = Math.min(1, allowance + GROWTH_PER_SECOND * elapsedNanos / 1e9);
    }
  }

  /** Share of the demotion rate that is allowed, 0 to 1. */
  public double allowance() {
    return allowance < LEAST ? 0 : allowance;
  }

  /** By which factor the cold age is to be raised, 1 to 4. */
  public double ageFactor() {
    return Math.min(4, 1 / Math.max(allowance, LEAST));
  }

  /** The smoothed stall in percent of the time. */
  public double stallPercent() {
    return average * 100;
  }

  /** The target as a share of the time. */
  public double target() {
    return target;
  }

  /** How often the allowance was cut. */
  public long backOffs() {
    return backOffs;
  }
}
