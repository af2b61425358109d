package io.predicomp.arena.policy;

/**
 * How long background work may run now, so that it keeps to its share of a core.
 *
 * <pre>
 *   minute bucket   fills at the quota        holds 9 % of a minute's quota
 *   burst bucket    fills at half a core      holds 20 ms
 *   allowance     = the lower of the two
 * </pre>
 *
 * In any minute no more than one full minute bucket and a minute of filling can be spent, which is
 * 1.09 times the quota; the hundredth left to a tenth is for slices that run over their allowance.
 * What runs over is a debt: the bucket goes below zero and nothing is allowed before it is paid.
 *
 * <p>Times are nanoseconds of any one clock that does not go back; a step back counts as no time.
 * Not thread-safe.
 */
public final class CpuQuota {
  public static final double DEFAULT_PERCENT = 5;

  private static final double NANOS_PER_MINUTE = 60e9;
  private static final double MINUTE_BUCKET_SHARE = 0.09;
  private static final double BURST_CORE_SHARE = 0.5;

  /** Long enough for a few hundred pages in one slice, too short for an application to notice. */
  private static final double BURST_NANOS = 20e6;

  private final double share;
  private final double burstShare;
  private final double capacityNanos;
  private double minuteNanos;
  private double burstNanos;
  private long lastNanos;
  private long usedNanos;

  /**
   * @param percentOfCore share of one core background work may take on average over a minute; above
   *     0, at most 100
   * @throws IllegalArgumentException if the share is out of range
   */
  public CpuQuota(double percentOfCore, long nowNanos) {
    if (!(percentOfCore > 0 && percentOfCore <= 100)) {
      throw new IllegalArgumentException(
          "percentOfCore is " + percentOfCore + ", allowed are above 0 to 100");
    }
    share = percentOfCore / 100;
    burstShare = Math.max(BURST_CORE_SHARE, share);
    capacityNanos = share * NANOS_PER_MINUTE * MINUTE_BUCKET_SHARE;
    minuteNanos = capacityNanos;
    burstNanos = Math.min(BURST_NANOS, capacityNanos);
    lastNanos = nowNanos;
  }

  /** The quota as a share of one core, above 0, at most 1. */
  public double share() {
    return share;
  }

  /** CPU time that may be used now, in nanoseconds; 0 if background work must wait. */
  public long allowanceNanos(long nowNanos) {
    return allowanceNanos(nowNanos, 0);
  }

  /**
   * CPU time that may be used now by work that can wait, which leaves {@code reserveNanos} in the
   * minute bucket for work that cannot. Demotion leaves what the next planned restores will need.
   */
  public long allowanceNanos(long nowNanos, long reserveNanos) {
    refill(nowNanos);
    return (long) Math.max(0, Math.min(minuteNanos - reserveNanos, burstNanos));
  }

  /** Takes what was used. The sum of all charges must be the CPU time measured. */
  public void charge(long cpuNanos, long nowNanos) {
    if (cpuNanos < 0) {
      throw new IllegalArgumentException("cpuNanos is " + cpuNanos + ", must not be negative");
    }
    refill(nowNanos);
    minuteNanos -= cpuNanos;
    burstNanos -= cpuNanos;
    usedNanos += cpuNanos;
  }

  /**
   * Time until the allowance reaches {@code wantedNanos} or the most it ever reaches, if nothing
   * runs meanwhile.
   */
  public long waitNanos(long wantedNanos, long nowNanos) {
    refill(nowNanos);
    double wanted = Math.min((double) wantedNanos, Math.min(BURST_NANOS, capacityNanos));
    double minute = (wanted - minuteNanos) / share;
    double burst = (wanted - burstNanos) / burstShare;
    return (long) Math.ceil(Math.max(0, Math.max(minute, burst)));
  }

  /** The most the minute bucket holds, in nanoseconds of CPU: the longest burst at half a core. */
  public long capacityNanos() {
    return (long) capacityNanos;
  }

  /** CPU time charged so far. */
  public long usedNanos() {
    return usedNanos;
  }

  private void refill(long nowNanos) {
    long elapsed = nowNanos - lastNanos;
    if (elapsed <= 0) {
      return;
    }
    lastNanos = nowNanos;
    minuteNanos = Math.min(capacityNanos, minuteNanos + elapsed * share);
    burstNanos = Math.min(Math.min(BURST_NANOS, capacityNanos), burstNanos + elapsed * burstShare);
  }
}
