package io.predicomp.arena.agent;

import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.ColdSweep;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.policy.VictimPolicy;

/**
 * Demotes cold pages, a batch a slice, as long as there is quota and it is worth it; and before
 * that, worth it or not, what keeps accesses from demoting for the resident budget themselves.
 */
final class CompressionAgent implements Agent {
  /** The log holds what a burst needs in that time, for a prefetch agent that sleeps. */
  private static final long IDLE_NANOS = 20_000_000;

  private static final long QUOTA_NANOS = 5_000_000;

  /**
   * Where the application said that it is idle, pages need not be cold: not just touched is enough.
   */
  private static final int IDLE_AGE = 1;

  /** How often to look while accesses may soon be at the budget. */
  private static final long BUDGET_NANOS = 2_000_000;

  /** How long to wait after nothing could be demoted for the budget. */
  private static final long BUDGET_REST_NANOS = 100_000_000;

  /** How often the pool is looked after although nothing is demoted. */
  private static final long TIDY_NANOS = 200_000_000;

  private final AgedMemory memory;
  private final LoopState state;
  private final SharedQuota quota;
  private final CpuMeter meter;
  private final AgentClock clock;
  private final ColdSweep sweep;
  private long sweptScan;
  private long countedScan;

  /** Of what may leave until the next scan, what did not yet. */
  private long mayLeave = Long.MAX_VALUE;

  private long tidiedAt;
  private VictimPolicy victims = VictimPolicy.NONE;
  private VictimPolicy victimsOfIdle = VictimPolicy.NONE;
  private long budgetRestUntil;
  private long idleNanos = IDLE_NANOS;

  CompressionAgent(AgedMemory memory, LoopState state, SharedQuota quota, AgentClock clock) {
    this.memory = memory;
    this.state = state;
    this.quota = quota;
    this.meter = new CpuMeter(quota, clock);
    this.clock = clock;
    this.sweep = new ColdSweep(memory);
    this.tidiedAt = clock.nanoTime();
    this.budgetRestUntil = tidiedAt;
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
    meter.charge();
    if (state.prefetchBell.isAsleep() && memory.waitingNeeds() > 0) {
      state.prefetchBell.ring();
    }
    long now = clock.nanoTime();
    if (now - tidiedAt >= TIDY_NANOS) {
      tidiedAt = now;
      tidy();
    }
    if (wantsBudget(now)) {
      return demoteForBudget(now);
    }
    if (state.coldShare == 0) {
      return 0;
    }
    long scan = state.scans.get();
    if (scan != countedScan) {
      countedScan = scan;
      mayLeave = state.mayLeave;
    }
    if (mayLeave <= 0 && !state.activities.anyIdle()) {
      return 0;
    }
    if (sweep.isDone()) {
      if (scan == sweptScan || (state.coldResident == 0 && !state.activities.anyIdle())) {
        return 0;
      }
      sweptScan = scan;
      sweep.begin();
    }
    if (!quota.mayWork(now, reserveNanos())) {
      state.skippedQuota.increment();
      idleNanos = QUOTA_NANOS;
      return 0;
    }
    decide();
    long cpu = clock.cpuNanos();
    DemotionTally tally = sweep.step(this::victims);
    long spent = clock.cpuNanos() - cpu;
    meter.charge();
    mayLeave -= tally.demoted();
    state.attempts.add(tally.candidates());
    state.demoted.add(tally.demoted());
    state.demoteCpuNanos.add(spent);
    return 1;
  }

  private void decide() {
    if (victims.coldAge() != state.coldAge
        || victims.share() != state.coldShare
        || victims.byRecurrence() != state.coldByRecurrence) {
      victims = new VictimPolicy(state.coldAge, state.coldShare, state.coldByRecurrence);
      victimsOfIdle = new VictimPolicy(Math.min(IDLE_AGE, state.coldAge), state.coldShare);
    }
  }

  private VictimPolicy victims(AgedRegion region) {
    RegionActivity activity = state.activities.of(region);
    if (clock.nanoTime() < activity.holdUntilNanos) {
      state.skippedHeld.increment();
      return VictimPolicy.NONE;
    }
    return activity.idle ? victimsOfIdle : victims;
  }

  /** What restoring everything before the next wake will take. */
  private double reserveNanos() {
    return state.periodNanos == 0 ? 0 : state.evictedPages * state.restoreNanos;
  }

  private boolean wantsBudget(long now) {
    Budget budget = memory.budget();
    long held = memory.heldBytes();
    state.demotesForBudget = budget.wantsDemotion(held, state.demotesForBudget);
    if (budget.isLimited() && held > budget.lowBytes()) {
      idleNanos = BUDGET_NANOS;
    }
    return state.demotesForBudget && now >= budgetRestUntil;
  }

  /** Neither the cold threshold nor stalls hold this up: the accesses would have to do it. */
  private int demoteForBudget(long now) {
    if (!quota.mayWork(now)) {
      state.skippedQuota.increment();
      idleNanos = QUOTA_NANOS;
      return 0;
    }
    long cpu = clock.cpuNanos();
    int demoted = memory.demoteForBudget();
    long spent = clock.cpuNanos() - cpu;
    quota.charge(clock.nanoTime(), spent);
    state.attempts.add(demoted);
    state.demoted.add(demoted);
    state.demoteCpuNanos.add(spent);
    if (demoted == 0) {
      budgetRestUntil = now + BUDGET_REST_NANOS;
    }
    return 1;
  }

  /** Copies that writes dropped are given back only by whoever holds the demotion lock. */
  private void tidy() {
    memory.tidy();
    meter.charge();
  }
}
