package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A snapshot minus an earlier one. */
class StatsDifferenceTest {
  private static final int PAGES = 50;

  private static void touchAll(Region region) {
    for (int page = 0; page < PAGES; page++) {
      region.setLong(page * 4096L, page + 1);
    }
  }

  @Test
  void sumsAreOfTheTimeBetweenAndStatesOfItsEnd() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(PAGES * 4096L);
      touchAll(region);
      region.compress();
      touchAll(region);
      ArenaStats before = arena.stats();
      assertEquals(PAGES, before.stall().events());
      region.compress(0, 10 * 4096L);
      touchAll(region);
      region.compress(0, 20 * 4096L);
      ArenaStats end = arena.stats();
      ArenaStats between = end.since(before);
      assertEquals(30, between.demotions().demoted());
      assertEquals(10, between.restores().demand());
      assertEquals(10, between.stall().events());
      assertTrue(between.stall().maxNanos() > 0);
      assertTrue(between.stall().totalNanos() < end.stall().totalNanos());
      assertTrue(between.stall().elapsedNanos() < end.stall().elapsedNanos());
      assertEquals(end.pages(), between.pages());
      assertEquals(end.pool().used(), between.pool().used());
      assertEquals(end.counters().keySet(), between.counters().keySet());
    }
  }

  @Test
  void nothingHappenedBetweenASnapshotAndItself() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(PAGES * 4096L);
      touchAll(region);
      region.compress();
      touchAll(region);
      ArenaStats stats = arena.stats();
      ArenaStats none = stats.since(stats);
      assertEquals(0, none.demotions().attempts());
      assertEquals(0, none.restores().total());
      assertEquals(0, none.stall().events());
      assertEquals(0, none.stall().p99Nanos());
      assertEquals(0, none.stall().somePercent());
    }
  }
}
