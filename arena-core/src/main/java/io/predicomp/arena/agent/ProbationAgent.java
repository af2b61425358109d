package io.predicomp.arena.agent;

import io.predicomp.arena.hotness.HotnessSource;

/** Sends pages away on probation, a few a slice, within the CPU quota. */
final class ProbationAgent implements Agent {
  private static final long QUOTA_NANOS = 20_000_000;

  private final HotnessSource probation;
  private final SharedQuota quota;
  private final LoopState state;
  private final AgentClock clock;
  private long idleNanos;

  ProbationAgent(HotnessSource probation, LoopState state, SharedQuota quota, AgentClock clock) {
    this.probation = probation;
    this.quota = quota;
    this.state = state;
    this.clock = clock;
  }

  @Override
  public String role() {
    return "probation";
  }

  @Override
  public long idleNanos() {
    return idleNanos;
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (!quota.mayWork(now)) {
      state.skippedQuota.increment();
      idleNanos = QUOTA_NANOS;
      return 0;
    }
    long cpu = clock.cpuNanos();
    long pages = probation.observe(now, (start, end, share) -> {});
    long spent = clock.cpuNanos() - cpu;
    quota.charge(clock.nanoTime(), spent);
    if (pages > 0) {
      state.demoted.add(pages);
      state.demoteCpuNanos.add(spent);
    }
    idleNanos = Math.max(1_000_000, probation.idleNanos(clock.nanoTime()));
    return (int) pages;
  }
}
