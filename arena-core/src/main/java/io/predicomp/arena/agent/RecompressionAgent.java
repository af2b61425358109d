package io.predicomp.arena.agent;

import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.policy.DenseTierPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Recompresses pages that stay evicted: sweeps the regions in address order, a slice at a time, and
 * takes those that have been evicted for as long as the policy says. A slice takes one to three
 * milliseconds, training a dictionary tens of them (docs/dense-tier.md). For one thread.
 */
public final class RecompressionAgent implements Agent {
  private static final long LEAST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final DenseTier tier;
  private final DenseTierPolicy policy;
  private final LongSupplier nanoTime;
  private final StampClock stamps;
  private final long intervalNanos;

  private PageTable[] regions = {};
  private int region;
  private int page;
  private DenseTier.@Nullable Ages ages;
  private long nextSweep;
  private boolean swept;

  public RecompressionAgent(DenseTier tier, DenseTierPolicy policy) {
    this(tier, policy, System::nanoTime);
  }

  /** With a clock for tests. */
  public RecompressionAgent(DenseTier tier, DenseTierPolicy policy, LongSupplier nanoTime) {
    this.tier = tier;
    this.policy = policy;
    this.nanoTime = nanoTime;
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
  public int doWork() {
    if (!policy.enabled()) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    if (stamps.isDue(now)) {
      stamps.note(now, tier.latestStamp());
    }
    DenseTier.Ages current = ages;
    if (current == null) {
      if (swept && now - nextSweep < 0) {
        return 0;
      }
      current = stamps.agesAt(now, tier.latestStamp());
      ages = current;
      regions = tier.regions();
      region = 0;
      page = 0;
    }
    return slice(current, now);
  }

  private int slice(DenseTier.Ages current, long now) {
    if (region >= regions.length) {
      ages = null;
      regions = new PageTable[0]; // keeps no closed region's table alive
      swept = true;
      nextSweep = now + intervalNanos;
      return 0;
    }
    PageTable table = regions[region];
    page = tier.sweep(table, page, current, policy);
    if (page >= table.pageCount()) {
      tier.endSweep(table);
      region++;
      page = 0;
    }
    return 1;
  }
}
