package io.predicomp.arena.page;

import io.predicomp.arena.event.BudgetActionEvent;
import io.predicomp.arena.policy.Budget;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Finds room within the resident budget for a page that is about to come to memory. Whoever comes
 * here waits for the demotion lock, so it holds no page in {@code RESTORING} and pins nothing but
 * the pages of an open {@link RangePin}, for which no holder of the lock waits: there is no circle
 * (docs/concurrency.md).
 *
 * <p>Thread-safe.
 */
final class BudgetRoom {
  /** Pages that one waiting thread demotes at a time: enough that a barrier costs them little. */
  private static final int WAITING_BATCH = 16;

  /** Rounds of demotion after which others must have taken what was found. */
  private static final int MOST_ROUNDS = 64;

  /** Slices of recompression, some milliseconds each, before there is no room. */
  private static final int MOST_SLICES = 64;

  /** A search that found nothing spares the next ones their search: so many pages at most. */
  private static final int MOST_UNSEARCHED = 256;

  private final PageMover mover;
  private final BudgetLedger ledger;
  private final Budget budget;
  private final BudgetSweep sweep;
  private final BudgetSqueeze squeeze;
  private final BudgetCounters counters = new BudgetCounters();

  /** Pages that may still exceed the budget without another search. */
  private final AtomicInteger unsearched = new AtomicInteger();

  /** What {@link #unsearched} is set to next. Under the demotion lock. */
  private int nextUnsearched = 1;

  BudgetRoom(PageMover mover, BudgetSweep sweep, BudgetSqueeze squeeze) {
    this.mover = mover;
    this.ledger = mover.ledger;
    this.budget = ledger.budget();
    this.sweep = sweep;
    this.squeeze = squeeze;
  }

  BudgetCounters counters() {
    return counters;
  }

  /** Takes room for pages that an access needs: in the worst case beyond the budget. */
  void takeForAccess(int pages) {
    if (!ledger.tryTake(pages) && !(mayFind(pages) && find("access", pages, null, 0, 0))) {
      takeAnyway(pages);
    }
  }

  /** Takes room without looking for any. */
  void takeAnyway(int pages) {
    if (ledger.takeAnyway(pages)) {
      counters.overshoots.add(pages);
    }
  }

  /** Takes room for a page that was asked for together with others, which stay. */
  boolean takeForRequest(PageTable table, int from, int end) {
    return ledger.tryTake(1) || find("restore", 1, table, from, end) || refuse();
  }

  /** Takes room for a page that is about to be pinned. */
  boolean takeForPin() {
    return takeFor("pin");
  }

  /** Takes room for a page that is about to be restored, alone. */
  boolean takeForRestore() {
    return takeFor("restore");
  }

  private boolean takeFor(String cause) {
    return ledger.tryTake(1) || find(cause, 1, null, 0, 0) || refuse();
  }

  /**
   * Takes room for a page that is expected to be needed, at the cost only of pages that were not
   * accessed for longer. Does not wait.
   */
  boolean takeForPrefetch(int age) {
    if (ledger.tryTake(1)) {
      return true;
    }
    if (mover.demotion.tryLock()) {
      BudgetActionEvent event = BudgetActionEvent.beginIfEnabled();
      int demoted = 0;
      boolean found = false;
      try {
        demoted = sweep.demoteOlderThan(age);
        counters.demotedAhead.add(demoted);
        mover.demotion.settle();
        found = ledger.tryTake(1);
      } finally {
        mover.demotion.unlock();
        commit(event, "prefetch", demoted, found);
      }
      if (found) {
        return true;
      }
    }
    return refuse();
  }

  private boolean refuse() {
    counters.refused.increment();
    return false;
  }

  /** Whether a search may find more than the last one, which found nothing. */
  private boolean mayFind(int pages) {
    return unsearched.get() <= 0 || unsearched.getAndAdd(-pages) <= 0;
  }

  private boolean find(String cause, int needed, @Nullable PageTable spared, int from, int end) {
    if (mover.demotion.isHeldByCurrentThread()) {
      return false; // a codec that uses the arena it works for
    }
    StackRoom.requireForDemotion();
    counters.waits.increment();
    for (int slice = 0; slice < MOST_SLICES; slice++) {
      boolean denser = squeeze.step();
      if (search(cause, needed, spared, from, end)) {
        return true;
      }
      if (!denser) {
        return false;
      }
    }
    return false;
  }

  private boolean search(String cause, int needed, @Nullable PageTable spared, int from, int end) {
    Backoff backoff = new Backoff();
    while (!mover.demotion.tryLock()) {
      backoff.pause();
      if (ledger.tryTake(needed)) {
        return true;
      }
    }
    BudgetActionEvent event = BudgetActionEvent.beginIfEnabled();
    int demoted = 0;
    boolean found = false;
    try {
      mover.pool.drainFreed();
      mover.demotion.settle();
      found = ledger.tryTake(needed);
      for (int round = 0; !found && round < MOST_ROUNDS; round++) {
        int pages =
            spared == null
                ? sweep.demote(WAITING_BATCH)
                : sweep.demoteOthers(spared, from, end, WAITING_BATCH);
        if (pages == 0) {
          foundNothing();
          break;
        }
        demoted += pages;
        mover.demotion.settle();
        found = ledger.tryTake(needed);
      }
      mover.pressure.compactIfFragmented();
      counters.demotedWaiting.add(demoted);
      if (demoted > 0) {
        foundSome();
      }
    } finally {
      mover.demotion.unlock();
      commit(event, cause, demoted, found);
    }
    return found;
  }

  private void foundSome() {
    unsearched.set(0);
    nextUnsearched = 1;
  }

  private void foundNothing() {
    if (sweep.foundNone()) {
      unsearched.set(nextUnsearched);
      nextUnsearched = Math.min(2 * nextUnsearched, MOST_UNSEARCHED);
    }
  }

  private void commit(@Nullable BudgetActionEvent event, String cause, int demoted, boolean found) {
    if (event != null) {
      event.commit(cause, demoted, ledger.heldBytes(), budget.limitBytes(), found);
    }
  }

  /**
   * Demotes a batch because less than the watermark is free.
   *
   * @return pages demoted
   */
  int demoteAhead() {
    squeeze.step();
    mover.demotion.lock();
    return demoteAhead("background", counters.demotedAhead);
  }

  /**
   * The same for faults, which wait while the calling thread is runnable: so it does not sleep for
   * the lock, of which each holder has only a batch to do.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  int demoteForFaults() {
    squeeze.step();
    while (!mover.demotion.tryLock()) {
      Thread.yield();
    }
    return demoteAhead("fault", counters.demotedWaiting);
  }

  /** Gives the lock up. */
  private int demoteAhead(String cause, LongAdder counter) {
    BudgetActionEvent event = BudgetActionEvent.beginIfEnabled();
    int demoted = 0;
    try {
      mover.pool.drainFreed();
      mover.demotion.settle();
      if (ledger.heldBytes() > budget.lowBytes()) {
        demoted = sweep.demote(PageBatch.CAPACITY);
        mover.pressure.compactIfFragmented();
        counter.add(demoted);
        if (demoted > 0) {
          foundSome();
        }
      }
    } finally {
      mover.demotion.unlock();
      commit(event, cause, demoted, demoted > 0);
    }
    return demoted;
  }

  /**
   * Demotes until the arena is within its budget.
   *
   * @return false if it cannot be
   */
  boolean returnWithin() {
    for (int round = 0; ledger.heldBytes() > budget.limitBytes(); round++) {
      if (demoteAhead() == 0 || round == MOST_ROUNDS * MOST_ROUNDS) {
        return ledger.heldBytes() <= budget.limitBytes() || refuse();
      }
    }
    return true;
  }
}
