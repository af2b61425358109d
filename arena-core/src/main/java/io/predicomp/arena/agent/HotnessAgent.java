package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.hotness.TouchHotness;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.policy.ColdPolicy;
import io.predicomp.arena.policy.PageCosts;

/**
 * Scans touches once an epoch and lets the policies decide from which age pages are worth demoting.
 * Scans less often when nothing changes and when scanning costs too much.
 */
final class HotnessAgent implements Agent {
  /** Of the quota, on average: of 5 % of a core 1.2 %, where the target is 1.5 %. */
  private static final double MOST_OF_QUOTA = 0.24;

  /** Longest time between scans while nothing is touched, in epochs. */
  private static final int LAZIEST = 4;

  private final AgedMemory memory;
  private final LoopConfig config;
  private final LoopState state;
  private final SharedQuota quota;
  private final CpuMeter meter;
  private final AgentClock clock;
  private final AgeCensus census;
  private final TouchHotness touches;
  private final PageCosts costs = new PageCosts();
  private final ColdPolicy policy;
  private final Since demoted = new Since();
  private final Since demoteCpu = new Since();
  private final Since restored = new Since();
  private final Since restoreCpu = new Since();
  private final Since demands = new Since();
  private final Since used = new Since();
  private final Since stallNanos = new Since();
  private final Since stallOfDemands = new Since();

  private boolean scanning;
  private int epochs;
  private long scannedAt;
  private long nextScan;
  private long scanCpu;
  private long lastScanCpu;
  private int lazy = 1;
  private double coverage;

  HotnessAgent(
      AgedMemory memory,
      LoopConfig config,
      LoopState state,
      SharedQuota quota,
      AgeCensus census,
      AgentClock clock) {
    this.memory = memory;
    this.config = config;
    this.state = state;
    this.quota = quota;
    this.meter = new CpuMeter(quota, clock);
    this.clock = clock;
    this.census = census;
    this.touches = new TouchHotness(memory);
    this.policy =
        new ColdPolicy(
            config.coldAfter().toMillis(),
            config.epochNanos(),
            config.stallPercent(),
            config.conservative(),
            census.ages,
            census.recurrences);
    this.scannedAt = clock.nanoTime();
    this.nextScan = scannedAt + config.epochNanos();
    publish();
  }

  @Override
  public String role() {
    return "hotness";
  }

  @Override
  public long idleNanos() {
    return Math.max(1_000_000, nextScan - clock.nanoTime());
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (!scanning) {
      if (now < nextScan) {
        return 0;
      }
      scanning = true;
      scanCpu = 0;
      epochs = Math.clamp(Math.round((double) (now - scannedAt) / config.epochNanos()), 1, 127);
      census.begin();
      touches.begin();
    }
    meter.charge();
    long cpu = clock.cpuNanos();
    int pages = touches.step(epochs, census);
    if (touches.isDone()) {
      finishScan(now);
    }
    long spent = clock.cpuNanos() - cpu;
    scanCpu += spent;
    meter.charge();
    if (!scanning) {
      // One dear scan, as the first in code not compiled yet, says nothing about the next.
      long usual = Math.min(scanCpu, lastScanCpu);
      lastScanCpu = scanCpu;
      nextScan =
          now
              + Math.max(
                  lazy * config.epochNanos(), (long) (usual / (MOST_OF_QUOTA * quota.share())));
    }
    return Math.max(1, pages);
  }

  private void finishScan(long now) {
    scanning = false;
    long nanos = Math.max(1, now - scannedAt);
    census.end(nanos);
    state.activities.endScan(memory.regions());
    scannedAt = now;
    lazy = census.touched() == 0 ? Math.min(lazy * 2, LAZIEST) : 1;
    measure();
    long stalled = stallNanos.next(memory.stalledNanos());
    if (policy.scanned(costs, stalled, nanos, state.periodNanos)) {
      policy.decide(costs, quota.share(), coverage);
      state.verdict = policy.reason();
    }
    census.fit(policy);
    publish();
    state.evictedPages = census.evicted();
    long hot = census.residentFrom(0) - census.residentFrom(2);
    long cold = census.coldResident(policy);
    state.coldResident = cold;
    state.hotPages = hot;
    state.warmPages = Math.max(0, census.residentFrom(0) - hot - cold);
    state.coldPages = cold + census.evicted();
    state.scans.incrementAndGet();
    state.prefetchBell.ring();
  }

  private void publish() {
    state.coldByRecurrence = policy.isByRecurrence();
    state.coldAge = policy.coldAge();
    state.coldShare = policy.share();
    state.mayLeave = policy.mayLeave();
    state.allowance = policy.allowance();
    state.stallPercent = policy.stallPercent();
  }

  private void measure() {
    costs.demoted(demoted.next(state.demoted.sum()), demoteCpu.next(state.demoteCpuNanos.sum()));
    costs.restored(
        restored.next(state.restored.sum()), restoreCpu.next(state.restoreCpuNanos.sum()));
    state.restoreNanos = costs.restoreNanos();
    long late = demands.next(memory.demandRestores());
    long early = used.next(memory.prefetchesUsed());
    if (late + early > 0) {
      // The latest thousands of pages count, not the latest second.
      double weight = Math.min(1, (late + early) / 4096.0);
      coverage += weight * ((double) early / (late + early) - coverage);
    }
    long waited = stallOfDemands.next(memory.stalledNanos());
    if (waited > 0) {
      costs.stalled(late, waited);
    }
  }

  /** The difference to the last value. */
  private static final class Since {
    private long last;

    long next(long value) {
      long difference = value - last;
      last = value;
      return difference;
    }
  }
}
