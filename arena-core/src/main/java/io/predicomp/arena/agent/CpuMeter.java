package io.predicomp.arena.agent;

/**
 * Charges the quota with all that the thread of one agent uses, its waking up and falling asleep
 * included: what is measured around single slices alone would miss that. Used by that thread.
 */
final class CpuMeter {
  private static final long NEVER = Long.MIN_VALUE;

  private final SharedQuota quota;
  private final AgentClock clock;
  private long charged = NEVER;

  CpuMeter(SharedQuota quota, AgentClock clock) {
    this.quota = quota;
    this.clock = clock;
  }

  /** Charges what the calling thread has used since the last call; the first one only begins. */
  void charge() {
    long used = clock.cpuNanos();
    if (charged != NEVER) {
      quota.charge(clock.nanoTime(), used - charged);
    }
    charged = used;
  }
}
