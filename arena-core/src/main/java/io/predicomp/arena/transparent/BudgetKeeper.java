package io.predicomp.arena.transparent;

import io.predicomp.arena.agent.Agent;

/**
 * Demotes where faults find no room in the budget: a signal handler cannot. It sleeps in a native
 * call until one asks, which holds up no safepoint, and then demotes down to the low watermark,
 * telling those who wait after each batch. Its work is that of the faults, so no quota limits it.
 */
public final class BudgetKeeper implements Agent {
  /** The longest sleep, after which it looks whether it is to stop. */
  private static final long SLEEP_NANOS = 100_000_000;

  /** How long to leave alone what could not be demoted, the first time and at most. */
  private static final long LEAST_REST_NANOS = 1_000_000;

  private static final long MOST_REST_NANOS = 64_000_000;

  private final TransparentMover mover;
  private long asked;
  private boolean demoting;
  private long rest = LEAST_REST_NANOS;

  public BudgetKeeper(TransparentMover mover) {
    this.mover = mover;
  }

  @Override
  public String role() {
    return "budget";
  }

  @Override
  public int doWork() {
    if (!demoting) {
      long now = mover.awaitAsked(asked, SLEEP_NANOS);
      demoting = now != asked;
      asked = now;
      return 1;
    }
    int demoted = mover.serve();
    demoting = mover.wantsDemotion();
    if (demoted > 0 || !demoting) {
      rest = LEAST_REST_NANOS;
      return 1;
    }
    rest = Math.min(2 * rest, MOST_REST_NANOS);
    return 0;
  }

  @Override
  public long idleNanos() {
    return rest;
  }
}
