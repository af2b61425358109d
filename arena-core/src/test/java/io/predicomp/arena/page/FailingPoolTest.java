package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.pool.FaultyPool;
import io.predicomp.os.memory.PageDiscarder;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * The pool's own system calls fail: demotions, accesses and closing go on, for giving back empty
 * memory is best effort.
 */
class FailingPoolTest {
  private static final int PAGES = 600;

  @Test
  void demotionsAndAccessesGoOn() {
    AtomicBoolean failing = new AtomicBoolean(true);
    try (Pager pager = pager(4 << 20, Budget.NONE, failing::get)) {
      for (int round = 1; round <= 3; round++) {
        pager.fill(round);
        assertEquals(PAGES, pager.demoteAll());
        pager.check(round);
        pager.mover.discard(pager.table, 0, PAGES / 2);
        while (pager.mover.compact(100) > 0) {}
        for (int page = PAGES / 2; page < PAGES; page++) {
          pager.checkPage(page, round);
        }
        FaultyPool.checkInvariants(pager.pool);
      }
      assertTrue(pager.pool.discardsFailed() > 0, "the failure was met");
      pager.mover.discard(pager.table, 0, PAGES);
      long held = pager.pool.poolBytes();
      failing.set(false);
      pager.mover.compact(1);
      assertTrue(pager.pool.poolBytes() < held / 4, "held " + pager.pool.poolBytes());
    }
  }

  /** Memory that cannot be given back is memory for the next payload, at the limit too. */
  @Test
  void aFullPoolGoesOn() {
    SplittableRandom random = new SplittableRandom(7);
    try (Pager pager = pager(1 << 20, Budget.NONE, random::nextBoolean)) {
      for (int round = 1; round <= 5; round++) {
        pager.fill(round);
        assertTrue(pager.demoteAll() > 0);
        assertTrue(pager.pool.poolBytes() <= 1 << 20);
        FaultyPool.checkInvariants(pager.pool);
        pager.check(round);
      }
    }
  }

  /** An access that looks for room drains the pool, and so may be who is refused. */
  @Test
  void accessesWithinABudgetGoOn() {
    Budget budget = new Budget((long) PAGES / 2 * Pager.PAGE, Pager.PAGE);
    try (Pager pager = pager(4 << 20, budget, () -> true)) {
      for (int round = 1; round <= 3; round++) {
        pager.fill(round);
        pager.check(round);
        FaultyPool.checkInvariants(pager.pool);
      }
      assertTrue(pager.mover.budgetCounters().demotedWaiting.sum() > 0);
    }
  }

  private static Pager pager(long poolLimit, Budget budget, BooleanSupplier failing) {
    return new Pager(
        PAGES,
        FaultyPool.create(poolLimit, failing),
        budget,
        Codecs.parse("lz4"),
        ProcessBarrier.best(),
        PageDiscarder.best());
  }
}
