package io.predicomp.arena;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Transparent memory larger than the resident budget, one accessing thread. */
class TransparentBudgetTest {
  private static final int PAGE = 4096;
  private static final long BUDGET = mebibytes(4);

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  private static CompressedArena open(long budget) {
    return CompressedArena.open(
        ArenaConfig.builder().residentBudget(budget).checksums(true).build());
  }

  private static void fill(MemorySegment words) {
    for (long at = 0; at < words.byteSize(); at += 64) {
      words.set(JAVA_LONG, at, at * 31);
    }
  }

  private static void check(MemorySegment words) {
    for (long at = 0; at < words.byteSize(); at += 64) {
      assertEquals(at * 31, words.get(JAVA_LONG, at));
    }
  }

  /** Faults may be over the budget for a moment, and the keeper has to be scheduled. */
  private static void await(BooleanSupplier condition, CompressedArena arena) {
    for (long end = System.nanoTime() + 120_000_000_000L; !condition.getAsBoolean(); ) {
      assertTrue(System.nanoTime() < end, () -> arena.stats().budget().toString());
      Thread.onSpinWait();
    }
  }

  private static boolean isWithin(CompressedArena arena) {
    ArenaStats.Budget budget = arena.stats().budget();
    return budget.held() <= budget.limit();
  }

  @Test
  void fourTimesTheBudgetLivesInIt() {
    try (CompressedArena arena = open(BUDGET)) {
      MemorySegment words = arena.transparent().allocate(4 * BUDGET, PAGE);
      fill(words);
      check(words);
      await(() -> isWithin(arena), arena);
      ArenaStats stats = arena.stats();
      assertTrue(stats.budget().waits() > 0, stats.budget()::toString);
      assertTrue(stats.budget().demotedWaiting() > 2 * BUDGET / PAGE, stats.budget()::toString);
      assertEquals(stats.residentBytes() + stats.poolBytes(), stats.budget().held());
      check(words);
    }
  }

  @Test
  void closingGivesAllOfItBack() {
    try (CompressedArena arena = open(BUDGET)) {
      try (TransparentArena first = arena.openTransparent()) {
        fill(first.allocate(2 * BUDGET, PAGE));
        fill(first.allocate(PAGE, PAGE));
      }
      arena.compactPool();
      ArenaStats.Budget budget = arena.stats().budget();
      assertEquals(arena.stats().poolBytes(), budget.held(), budget::toString);
      MemorySegment words = arena.transparent().allocate(2 * BUDGET, PAGE);
      fill(words);
      check(words);
    }
  }

  /**
   * Payloads of all sizes, and a pool that takes most of the budget: compaction must come to an
   * end.
   */
  @Test
  void contentsThatFillThePoolLiveInIt() {
    for (int seed = 0; seed < 3; seed++) {
      try (CompressedArena arena = open(8 * BUDGET)) {
        int pages = (int) (8 * BUDGET * 8 / 5 / PAGE);
        MemorySegment words = arena.transparent().allocate((long) pages * PAGE, PAGE);
        int first = seed * pages;
        IntStream.range(0, pages).parallel().forEach(p -> put(words, p, content(first + p)));
        for (int p = 0; p < pages; p++) {
          MemorySegment expected = MemorySegment.ofArray(content(first + p));
          assertEquals(-1, words.asSlice((long) p * PAGE, PAGE).mismatch(expected));
        }
      }
    }
  }

  private static void put(MemorySegment words, int page, byte[] content) {
    MemorySegment.copy(content, 0, words, JAVA_BYTE, (long) page * PAGE, PAGE);
  }

  private static byte[] content(int seed) {
    byte[] page = new byte[PAGE];
    SplittableRandom random = new SplittableRandom(seed);
    random.nextBytes(page);
    Arrays.fill(page, random.nextInt(1500, 2200), PAGE, (byte) seed);
    return page;
  }

  /** Whoever holds more gives first, but both do. */
  @Test
  void regionsAndTransparentMemoryShareIt() {
    try (CompressedArena arena = open(BUDGET)) {
      MemorySegment words = arena.transparent().allocate(2 * BUDGET, PAGE);
      Region region = arena.allocateRegion(2 * BUDGET);
      for (int round = 0; round < 3; round++) {
        fill(words);
        for (long at = 0; at < region.byteSize(); at += 64) {
          region.setLong(at, at * 17);
        }
        check(words);
        for (long at = 0; at < region.byteSize(); at += 64) {
          assertEquals(at * 17, region.getLong(at));
        }
      }
      await(() -> isWithin(arena), arena);
    }
  }

  @Test
  void besideTheLoops() {
    LoopConfig eager =
        new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 16, true);
    try (CompressedArena arena =
        CompressedArena.open(
            ArenaConfig.builder().residentBudget(BUDGET).autoloops(eager).build())) {
      MemorySegment words = arena.transparent().allocate(4 * BUDGET, PAGE);
      fill(words);
      check(words);
      await(() -> isWithin(arena), arena);
      assertEquals("", arena.stats().loops().failure());
    }
  }

  /** An access always succeeds, and what could not be held to is counted. */
  @Test
  void whatDoesNotCompressExceedsIt() {
    try (CompressedArena arena = open(BUDGET)) {
      MemorySegment words = arena.transparent().allocate(2 * BUDGET, PAGE);
      SplittableRandom random = new SplittableRandom(1);
      for (long at = 0; at < words.byteSize(); at += 8) {
        words.set(JAVA_LONG, at, random.nextLong());
      }
      ArenaStats.Budget budget = arena.stats().budget();
      assertTrue(budget.held() > BUDGET && budget.overshoots() > 0, budget::toString);
      assertTrue(budget.highestOvershoot() <= BUDGET + BUDGET / 2, budget::toString);
      random = new SplittableRandom(1);
      for (long at = 0; at < words.byteSize(); at += 8) {
        assertEquals(random.nextLong(), words.get(JAVA_LONG, at));
      }
    }
  }

  @Test
  void restoresStopAndPinsAreRefusedWhereTheyWouldNotFit() {
    try (CompressedArena arena = open(BUDGET)) {
      TransparentArena transparent = arena.transparent();
      MemorySegment words = transparent.allocate(4 * BUDGET, PAGE);
      fill(words);
      transparent.compress();
      long restored = transparent.restore(words);
      assertTrue(restored > 0 && restored * PAGE < BUDGET, () -> restored + " pages");
      assertThrows(IllegalArgumentException.class, () -> transparent.pin(words));
      try (TransparentPin pin = transparent.pin(words.asSlice(0, BUDGET / 2))) {
        transparent.compress();
        assertTrue(arena.stats().pages().resident() * PAGE >= pin.segment().byteSize());
        MemorySegment other = words.asSlice(2 * BUDGET, BUDGET / 4 * 3);
        OutOfMemoryError full = assertThrows(OutOfMemoryError.class, () -> transparent.pin(other));
        assertTrue(full.getMessage().contains("residentBudget of " + BUDGET), full::getMessage);
      }
      check(words);
    }
  }
}
