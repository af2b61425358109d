package io.predicomp.arena.agent;

import io.predicomp.arena.page.DensePages;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.policy.DenseTierPolicy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Recompresses pages that stay evicted: sweeps the regions in address order, a slice at a time, and
 * takes those that have been evicted for as long as the policy says. A slice takes one to three
 * milliseconds, training a dictionary tens of them (docs/dense-tier.md). Demotions and restores
 * come first: half of the CPU quota's reserve is left to them.
 */
final class RecompressionAgent implements Agent {
  private static final long LEAST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final DenseTier tier;
  private final DenseTierPolicy policy;
  private final CpuMeter meter;
  private final SharedQuota quota;
  private final LoopState state;
  private final AgentClock clock;
  private final StampClock stamps;
  private final long intervalNanos;

  private DensePages[] regions = {};
  private int region;
  private int page;
  private DenseTier.@Nullable Ages ages;
  private long nextSweep;
  private boolean swept;

  RecompressionAgent(
      DenseTier tier,
      DenseTierPolicy policy,
      LoopState state,
      SharedQuota quota,
      AgentClock clock) {
    this.tier = tier;
    this.policy = policy;
    this.state = state;
    this.quota = quota;
    this.meter = new CpuMeter(quota, clock);
    this.clock = clock;
    this.stamps = new StampClock(policy.denseAfterMillis(), policy.coldestAfterMillis());
    this.intervalNanos =
        Math.max(
            LEAST_INTERVAL_NANOS, TimeUnit.MILLISECONDS.toNanos(policy.denseAfterMillis()) / 2);
  }

  @Override
  public String role() {
    return "recompression";
  }

  @Override
  public long idleNanos() {
    return IDLE_NANOS;
  }

  @Override
  public int doWork() {
    if (!policy.enabled()) {
      return 0;
    }
    long now = clock.nanoTime();
    if (stamps.isDue(now)) {
      stamps.note(now, tier.latestStamp());
    }
    DenseTier.Ages current = ages;
    if (current == null && swept && now - nextSweep < 0) {
      return 0;
    }
    if (!quota.mayWorkAtLeisure(now)) {
      state.recompressSkippedQuota.increment();
      return 0;
    }
    if (current == null) {
      current = stamps.agesAt(now, tier.latestStamp());
      ages = current;
      regions = tier.regions();
      region = 0;
      page = 0;
    }
    meter.charge();
    try {
      return slice(current, now);
    } finally {
      meter.charge();
    }
  }

  private int slice(DenseTier.Ages current, long now) {
    if (region >= regions.length) {
      ages = null;
      regions = new DensePages[0]; // keeps no closed region's table alive
      swept = true;
      nextSweep = now + intervalNanos;
      return 0;
    }
    DensePages table = regions[region];
    page = tier.sweep(table, page, current, policy);
    if (page >= table.pageCount()) {
      tier.endSweep(table);
      region++;
      page = 0;
    }
    return 1;
  }
}
