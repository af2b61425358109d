package io.predicomp.arena.page;

import io.predicomp.arena.pool.CompressedPool;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held by whoever demotes, discards, compacts, recompresses or closes, and by whoever uses the
 * owner side of the pool. While it is held the pool may grow by what the budget leaves for that,
 * and what it holds is entered when the lock is given up, so no user of the pool need know of the
 * budget.
 *
 * <p>The fast path of an access does not take it; the slow path does where the budget is full, and
 * then with nothing pinned and no page in {@code RESTORING} ({@link BudgetRoom}).
 */
public final class DemotionLock {
  private final ReentrantLock lock = new ReentrantLock();
  private final CompressedPool pool;
  private final BudgetLedger ledger;

  DemotionLock(CompressedPool pool, BudgetLedger ledger) {
    this.pool = pool;
    this.ledger = ledger;
  }

  /** Waits for the lock. */
  public void lock() {
    lock.lock();
    acquired();
  }

  /** Takes the lock if it is free. */
  boolean tryLock() {
    boolean free = lock.tryLock();
    if (free) {
      acquired();
    }
    return free;
  }

  private void acquired() {
    if (lock.getHoldCount() == 1) {
      settle();
    }
  }

  /** Gives the lock up. */
  public void unlock() {
    try {
      if (lock.getHoldCount() == 1) {
        settle();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean hasQueuedThreads() {
    return lock.hasQueuedThreads();
  }

  boolean isHeldByCurrentThread() {
    return lock.isHeldByCurrentThread();
  }

  /** Enters what the pool holds and lets it grow anew. For the holder. */
  void settle() {
    if (ledger.budget().isLimited()) {
      pool.holdBelow(ledger.settle(pool.poolBytes()));
    }
  }
}
