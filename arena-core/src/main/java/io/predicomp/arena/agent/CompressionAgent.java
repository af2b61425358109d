package io.predicomp.arena.agent;

import io.predicomp.arena.page.ColdSweep;
import io.predicomp.arena.page.PageMover;

/** Demotes cold pages, a batch a slice, as long as there is quota and it is worth it. */
final class CompressionAgent implements Agent {
  private static final long IDLE_NANOS = 20_000_000;
  private static final long QUOTA_NANOS = 5_000_000;

  /** How often the pool is looked after although nothing is demoted. */
  private static final long TIDY_NANOS = 200_000_000;

  private final PageMover mover;
  private final LoopState state;
  private final SharedQuota quota;
  private final AgentClock clock;
  private final ColdSweep sweep;
  private long sweptScan;
  private long tidiedAt;
  private long restUntil;
  private long idleNanos = IDLE_NANOS;

  CompressionAgent(PageMover mover, LoopState state, SharedQuota quota, AgentClock clock) {
    this.mover = mover;
    this.state = state;
    this.quota = quota;
    this.clock = clock;
    this.sweep = mover.coldSweep();
    this.tidiedAt = clock.nanoTime();
    this.restUntil = tidiedAt;
  }

  @Override
  public String role() {
    return "compression";
  }

  @Override
  public long idleNanos() {
    return idleNanos;
  }

  @Override
  public int doWork() {
    idleNanos = IDLE_NANOS;
    long now = clock.nanoTime();
    if (now - tidiedAt >= TIDY_NANOS) {
      tidiedAt = now;
      tidy();
    }
    if (state.coldShare == 0 || state.allowance == 0 || now < restUntil) {
      return 0;
    }
    if (now < state.holdUntilNanos) {
      state.skippedHeld.increment();
      return 0;
    }
    if (sweep.isDone()) {
      long scan = state.scans.get();
      if (scan == sweptScan || state.coldResident == 0) {
        return 0;
      }
      sweptScan = scan;
      sweep.begin();
    }
    if (!quota.mayWork(now)) {
      state.skippedQuota.increment();
      idleNanos = QUOTA_NANOS;
      return 0;
    }
    long cpu = clock.cpuNanos();
    int demoted = sweep.step(state.coldAge, state.coldShare);
    long spent = clock.cpuNanos() - cpu;
    quota.charge(clock.nanoTime(), spent);
    state.attempts.add(sweep.candidates());
    state.demoted.add(demoted);
    state.demoteCpuNanos.add(spent);
    // Slower than the quota allows while accesses wait too much.
    restUntil = now + (long) (spent * (1 / state.allowance - 1));
    return 1;
  }

  /** Copies that writes dropped are given back only by whoever holds the demotion lock. */
  private void tidy() {
    long cpu = clock.cpuNanos();
    mover.tidyPool();
    quota.charge(clock.nanoTime(), clock.cpuNanos() - cpu);
  }
}
