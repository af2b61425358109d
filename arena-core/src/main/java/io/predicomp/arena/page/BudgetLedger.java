package io.predicomp.arena.page;

import io.predicomp.arena.policy.Budget;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many pages have physical memory, and how much they and the pool take of the budget. A page is
 * entered before its state changes and struck off after, so the ledger never shows too little; the
 * pool's bytes are entered by the holder of the demotion lock ({@link DemotionLock}).
 *
 * <p>Why resident pages and pool stay within the budget: accesses enter pages only while the sum is
 * within {@link Budget#admissionBytes}, and between two settlements the pool grows by no more than
 * {@link Budget#poolGrowthBytes} said at the first of them. Whoever cannot wait enters anyway, and
 * that is counted.
 *
 * <p>Thread-safe; without a budget a page costs one addition.
 */
final class BudgetLedger {
  private final Budget budget;
  private final long pageBytes;
  private final long admissionBytes;
  private final AtomicLong pages = new AtomicLong();

  /** Bytes of resident pages and, as last settled, of the pool. */
  private final AtomicLong held = new AtomicLong();

  private final AtomicLong highest = new AtomicLong();

  /** Bytes by which the pool may grow until it is settled again. Under the demotion lock. */
  private long growthBytes;

  /** Bytes of the pool as last settled. Written under the demotion lock. */
  private volatile long poolBytes;

  BudgetLedger(Budget budget, int pageBytes) {
    this.budget = budget;
    this.pageBytes = pageBytes;
    this.admissionBytes = budget.admissionBytes();
  }

  Budget budget() {
    return budget;
  }

  /** Enters pages, unless that takes more than accesses are admitted to. */
  boolean tryTake(int count) {
    if (budget.isLimited()) {
      long bytes = count * pageBytes;
      long now;
      do {
        now = held.get();
        if (now + bytes > admissionBytes) {
          return false;
        }
      } while (!held.compareAndSet(now, now + bytes));
      saw(now + bytes);
    }
    pages.getAndAdd(count);
    return true;
  }

  /** Enters pages whatever they take; returns whether that exceeds the budget. */
  boolean takeAnyway(int count) {
    pages.getAndAdd(count);
    if (!budget.isLimited()) {
      return false;
    }
    long now = held.addAndGet(count * pageBytes);
    saw(now);
    return now > budget.limitBytes();
  }

  /** Strikes pages off. */
  void give(long count) {
    if (count != 0) {
      if (budget.isLimited()) {
        held.getAndAdd(-count * pageBytes);
      }
      pages.getAndAdd(-count);
    }
  }

  /**
   * Enters what the pool holds. Under the demotion lock.
   *
   * @return bytes that the pool may hold until the next settlement
   */
  long settle(long bytes) {
    long delta = bytes - poolBytes;
    poolBytes = bytes;
    long now = held.addAndGet(delta);
    saw(now);
    growthBytes = budget.poolGrowthBytes(now);
    return bytes + growthBytes;
  }

  /** Pages whose payloads fit into what the pool may grow by. Under the demotion lock. */
  int growthPages(int most) {
    return budget.isLimited() ? Math.clamp(growthBytes / pageBytes, 1, most) : most;
  }

  /** Remembers that the pool holds so much between two settlements. Under the demotion lock. */
  void peak(long bytes) {
    if (budget.isLimited()) {
      saw(held.get() + bytes - poolBytes);
    }
  }

  private void saw(long bytes) {
    long most = highest.get();
    while (bytes > most && !highest.compareAndSet(most, bytes)) {
      most = highest.get();
    }
  }

  /** Pages entered. */
  long pages() {
    return pages.get();
  }

  /** Bytes of resident pages and pool; 0 without a budget. */
  long heldBytes() {
    return held.get();
  }

  /** The most that was held at any moment, in bytes; 0 without a budget. */
  long highestBytes() {
    return highest.get();
  }
}
