package io.predicomp.arena.transparent;

import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.NeedLog;
import io.predicomp.os.fault.FaultCounter;
import io.predicomp.os.fault.FaultEvidence;
import io.predicomp.os.fault.FaultKernel;

/** The regions of transparent mode, as the background loops see them. */
public final class TransparentMemory implements AgedMemory {
  private final TransparentMover mover;
  private final FaultEvidence.Needs needs;

  public TransparentMemory(TransparentMover mover) {
    this.mover = mover;
    this.needs = new FaultEvidence.Needs(mover.nativeCounters());
  }

  @Override
  public AgedRegion[] regions() {
    return mover.regions().toArray(new AgedRegion[0]);
  }

  @Override
  public int drainNeeds(NeedLog.Reader reader, int most) {
    return needs.drain((page, nanoTime, write) -> needed(page, nanoTime, reader), most);
  }

  private void needed(long globalPage, long nanoTime, NeedLog.Reader reader) {
    TransparentRegion region = mover.find(globalPage);
    if (region == null) {
      return;
    }
    int page = (int) (globalPage - region.firstPage);
    region.ages.credit(
        region.ages.clusterOf(page),
        fetched -> {
          mover.counters().prefetchesUsed.increment();
          if (region.foundPages().tells(fetched)) {
            reader.needed(region, fetched, nanoTime, true);
          }
        });
    reader.needed(region, page, nanoTime, false);
  }

  @Override
  public int waitingNeeds() {
    return needs.waiting();
  }

  @Override
  public boolean needsCrowd() {
    return needs.isCrowded();
  }

  @Override
  public long lostNeeds() {
    return needs.lost();
  }

  @Override
  public long demandRestores() {
    return FaultKernel.counter(mover.nativeCounters(), FaultCounter.DEMAND_RESTORES);
  }

  /** Counted with those of checked mode. */
  @Override
  public long prefetchesUsed() {
    return 0;
  }

  @Override
  public long stalledNanos() {
    return FaultKernel.counter(mover.nativeCounters(), FaultCounter.SOME_NANOS);
  }

  @Override
  public boolean isStalled() {
    return FaultKernel.isStalled(mover.nativeCounters());
  }

  /** The pool is tidied by checked mode. Mappings that nobody asks for again go one by one. */
  @Override
  public void tidy() {
    mover.unmapKept();
  }
}
