package io.predicomp.arena.policy;

import io.predicomp.arena.Phase;

/**
 * Restores a whole region when the application says that it is about to use it. Silent without
 * hints.
 */
public final class PhaseHint implements PrefetchPolicy {
  private final int pages;
  private boolean pending;
  private long hintedAt;

  /** Predicts for a region of this many pages. */
  public PhaseHint(int pages) {
    this.pages = pages;
  }

  @Override
  public String name() {
    return "phase";
  }

  @Override
  public boolean speaksOnlyWhenSure() {
    return true;
  }

  @Override
  public void hint(Phase phase, long nowNanos) {
    pending = phase == Phase.ACTIVE;
    hintedAt = nowNanos;
  }

  @Override
  public void plan(PrefetchPlan plan, long nowNanos) {
    if (pending && plan.add(0, pages, hintedAt)) {
      pending = false;
    }
  }
}
