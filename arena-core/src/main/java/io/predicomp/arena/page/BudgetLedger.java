package io.predicomp.arena.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.policy.Budget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
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
 * <p>Two words in native memory hold the sums, because faults of transparent memory, in a signal
 * handler, enter pages as well ({@code fault_budget.c}).
 *
 * <p>Thread-safe; without a budget a page costs one addition.
 */
final class BudgetLedger {
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  /** Bytes of resident pages and, as last settled, of the pool. */
  private static final long HELD = 0;

  private static final long HIGHEST = Long.BYTES;

  private final Budget budget;
  private final long pageBytes;
  private final long admissionBytes;
  private final AtomicLong pages = new AtomicLong();

  /** Held and highest, alone in their cache line. */
  private final MemorySegment words = Arena.ofAuto().allocate(128, 128);

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
        now = heldBytes();
        if (now + bytes > admissionBytes) {
          return false;
        }
      } while (!WORD.compareAndSet(words, HELD, now, now + bytes));
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
    long now = addHeld(count * pageBytes);
    saw(now);
    return now > budget.limitBytes();
  }

  /** Strikes pages off. */
  void give(long count) {
    if (count != 0) {
      if (budget.isLimited()) {
        addHeld(-count * pageBytes);
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
    long now = addHeld(delta);
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
      saw(heldBytes() + bytes - poolBytes);
    }
  }

  private long addHeld(long bytes) {
    return (long) WORD.getAndAdd(words, HELD, bytes) + bytes;
  }

  private void saw(long bytes) {
    long most = highestBytes();
    while (bytes > most && !WORD.compareAndSet(words, HIGHEST, most, bytes)) {
      most = highestBytes();
    }
  }

  /** Where the bytes held and the most that ever were lie; as long as this ledger lives. */
  long address() {
    return words.address();
  }

  /** Whether faults have entered more than {@link #tryTake} and {@link #takeAnyway}. */
  boolean faultsHoldMore() {
    long entered = pages() * pageBytes;
    return heldBytes() - poolBytes - entered > entered;
  }

  /** Pages entered here. */
  long pages() {
    return pages.get();
  }

  /** Bytes of resident pages and pool; 0 without a budget. */
  long heldBytes() {
    return (long) WORD.getVolatile(words, HELD);
  }

  /** The most that was held at any moment, in bytes; 0 without a budget. */
  long highestBytes() {
    return (long) WORD.getVolatile(words, HIGHEST);
  }
}
