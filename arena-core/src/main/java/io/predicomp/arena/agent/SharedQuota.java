package io.predicomp.arena.agent;

import io.predicomp.arena.policy.CpuQuota;

/** The CPU quota that all agents of an arena draw on. Thread-safe. */
final class SharedQuota {
  private final CpuQuota quota;

  SharedQuota(double percentOfCore, long nowNanos) {
    this.quota = new CpuQuota(percentOfCore, nowNanos);
  }

  double share() {
    return quota.share();
  }

  synchronized boolean mayWork(long nowNanos) {
    return quota.allowanceNanos(nowNanos) > 0;
  }

  /** For work that leaves what is planned what it will need, half of the bucket at most. */
  synchronized boolean mayWork(long nowNanos, double reserveNanos) {
    long reserve = (long) Math.min(reserveNanos, quota.capacityNanos() / 2.0);
    return quota.allowanceNanos(nowNanos, reserve) > 0;
  }

  /** For work that can wait: leaves half of what can be saved up to work that cannot. */
  synchronized boolean mayWorkAtLeisure(long nowNanos) {
    return quota.allowanceNanos(nowNanos, quota.capacityNanos() / 2) > 0;
  }

  synchronized void charge(long nowNanos, long cpuNanos) {
    quota.charge(cpuNanos, nowNanos);
  }
}
