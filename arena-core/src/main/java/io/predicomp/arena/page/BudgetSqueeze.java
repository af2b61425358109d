package io.predicomp.arena.page;

import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Recompresses pages into the dense tier, and then into the coldest, because the pool takes so much
 * of the budget that too little is left for pages in memory. A slice takes one to three
 * milliseconds, and some tens more when a region is sampled.
 *
 * <p>Thread-safe: one thread works at a time, and the others go on without. Like {@link DenseTier}
 * it takes locks before the demotion lock, so nobody who holds that comes here.
 */
final class BudgetSqueeze {
  /** Pages demoted last are left alone: they may be needed soon. */
  private static final int YOUNGEST = 1024;

  private final PageMover mover;
  private final DenseTierPolicy policy;
  private final AtomicBoolean working = new AtomicBoolean();

  // Used by whoever set working.
  private DensePages[] tables = new DensePages[0];
  private int region;
  private int page;
  private int latestStamp;
  private PageTier tier = PageTier.DENSE;
  private long recompressedBefore;
  private boolean exhausted;
  private final DenseTier.Ages ages = this::tierOf;

  BudgetSqueeze(PageMover mover, DenseTierPolicy policy) {
    this.mover = mover;
    this.policy = policy;
  }

  /**
   * Recompresses some pages, if that is wanted and possible.
   *
   * @return whether more may be gained, by this thread or the one that is at it
   */
  boolean step() {
    if (!policy.enabled() || !mover.budget().wantsDenser(mover.pool.poolBytes())) {
      return false;
    }
    if (!working.compareAndSet(false, true)) {
      awaitSlice();
      return true;
    }
    try {
      return slice();
    } finally {
      working.set(false);
    }
  }

  private void awaitSlice() {
    Backoff backoff = new Backoff();
    while (working.get()) {
      backoff.pause();
    }
  }

  private PageTier tierOf(int stamp) {
    return DenseTier.stampDistance(stamp, latestStamp) < YOUNGEST ? PageTier.BASE : tier;
  }

  private boolean slice() {
    DenseTier dense = mover.denseTier();
    if (region >= tables.length) {
      beginLap(dense);
    }
    if (tables.length > 0 && !exhausted) {
      DensePages table = tables[region];
      page = dense.sweep(table, page, ages, policy);
      if (page >= table.pageCount()) {
        dense.endSweep(table);
        region++;
        page = 0;
      }
    }
    return tables.length > 0 && !exhausted;
  }

  /** A lap that gained nothing is followed by one for the next tier, and that one by a pause. */
  private void beginLap(DenseTier dense) {
    int latest = dense.latestStamp();
    long recompressed = dense.counters().toDense.sum() + dense.counters().toColdest.sum();
    if (tables.length > 0 && recompressed == recompressedBefore) {
      if (tier == PageTier.DENSE) {
        tier = PageTier.COLDEST;
      } else if (DenseTier.stampDistance(latestStamp, latest) < YOUNGEST) {
        exhausted = true; // until more has been demoted
        return;
      }
    } else {
      tier = PageTier.DENSE;
    }
    exhausted = false;
    recompressedBefore = recompressed;
    latestStamp = latest;
    tables = dense.regions();
    region = 0;
    page = 0;
  }
}
