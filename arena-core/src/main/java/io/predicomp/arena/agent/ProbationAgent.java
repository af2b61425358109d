package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.hotness.ProbationHotness;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.arena.page.ProbedRegion;
import io.predicomp.arena.policy.ProbationBudget;
import java.util.Map;

/**
 * Sends pages away on probation, a few a slice, within the CPU quota and as far as those that come
 * back at once can be paid for.
 */
final class ProbationAgent implements Agent, ProbationHotness.Allowance {
  private static final long QUOTA_NANOS = 20_000_000;

  private final AgedMemory memory;
  private final ProbationHotness probation;
  private final ProbationBudget budget;
  private final SharedQuota quota;
  private final LoopState state;
  private final AgentClock clock;
  private long askedAt;
  private long restoredBefore;
  private long stalledBefore;
  private long idleNanos;

  ProbationAgent(
      AgedMemory memory, LoopConfig config, LoopState state, SharedQuota quota, AgentClock clock) {
    this.memory = memory;
    this.askedAt = clock.nanoTime();
    this.probation = new ProbationHotness(memory, config.epochNanos(), this, askedAt);
    this.budget = new ProbationBudget(config.stallPercent() / 100, quota.share());
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
    budget.sent(pages, spent);
    if (pages > 0) {
      state.demoted.add(pages);
      state.demoteCpuNanos.add(spent);
    }
    idleNanos = Math.max(1_000_000, probation.idleNanos(clock.nanoTime()));
    return (int) pages;
  }

  @Override
  public long pages(ProbeReport report, long now) {
    long restored = memory.demandRestores();
    long stalled = memory.stalledNanos();
    budget.passed(now - askedAt, restored - restoredBefore, stalled - stalledBefore);
    askedAt = now;
    restoredBefore = restored;
    stalledBefore = stalled;
    budget.cameBack(report.back());
    budget.stayedAway(report.away());
    return budget.allowed(report.waiting());
  }

  /** What a prediction brought back for a wake that is still to come would come back at once. */
  @Override
  public boolean covers(ProbedRegion region, long now) {
    return now >= state.activities.of(region).holdUntilNanos;
  }

  /** Name of the evidence. */
  String evidence() {
    return probation.name();
  }

  Map<String, Number> counters() {
    return probation.counters();
  }
}
