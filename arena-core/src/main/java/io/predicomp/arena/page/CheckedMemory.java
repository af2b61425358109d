package io.predicomp.arena.page;

import io.predicomp.arena.policy.Budget;

/** The regions of checked mode. */
public final class CheckedMemory implements AgedMemory {
  private final PageMover mover;

  public CheckedMemory(PageMover mover) {
    this.mover = mover;
  }

  @Override
  public AgedRegion[] regions() {
    return mover.tables();
  }

  @Override
  public void keepNeeds() {
    mover.needs().keep();
  }

  @Override
  public int drainNeeds(NeedLog.Reader reader, int most) {
    return mover.needs().drain(reader, most);
  }

  @Override
  public int waitingNeeds() {
    return mover.needs().waiting();
  }

  @Override
  public boolean needsCrowd() {
    return mover.needs().isCrowded();
  }

  @Override
  public long lostNeeds() {
    return mover.needs().lost();
  }

  @Override
  public long demandRestores() {
    return mover.counters().demandRestores.sum();
  }

  @Override
  public long prefetchesUsed() {
    return mover.counters().prefetchesUsed.sum();
  }

  @Override
  public long stalledNanos() {
    return mover.stall().someNanos();
  }

  @Override
  public boolean isStalled() {
    return mover.stall().isStalled();
  }

  @Override
  public void tidy() {
    mover.tidyPool();
  }

  @Override
  public Budget budget() {
    return mover.budget();
  }

  @Override
  public long heldBytes() {
    return mover.heldBytes();
  }

  @Override
  public int demoteForBudget() {
    return mover.demoteForBudget();
  }
}
