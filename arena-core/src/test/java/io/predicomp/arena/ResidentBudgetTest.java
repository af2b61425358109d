package io.predicomp.arena;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.testkit.PageContents;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Regions larger than the resident budget, one accessing thread. */
class ResidentBudgetTest {
  private static final int PAGE = 4096;

  private static CompressedArena open(ArenaConfig.Builder config) {
    return CompressedArena.open(config.checksums(true).build());
  }

  private static CompressedArena withBudget(long mebibytes) {
    return open(ArenaConfig.builder().residentBudget(mebibytes(mebibytes)));
  }

  /** The ledger, the page states and the kernel agree, and all of them are within the budget. */
  private static void checkWithin(CompressedArena arena, Region... regions) {
    ArenaStats stats = arena.stats();
    ArenaStats.Budget budget = stats.budget();
    assertTrue(budget.highest() <= budget.limit(), budget::toString);
    assertEquals(0, budget.overshoots(), budget::toString);
    assertEquals(stats.pages().resident(), arena.mover().residentPages());
    assertEquals(budget.held(), arena.mover().heldBytes());
    long inMemory = 0;
    for (Region region : regions) {
      inMemory += inMemory(region);
    }
    assertTrue(inMemory <= stats.residentBytes(), inMemory + " bytes, " + stats.pages());
  }

  private static long inMemory(Region region) {
    try (Arena view = Arena.ofConfined()) {
      return Residency.residentBytes(
          AddressSpace.view(region.table().base(), region.byteSize(), view));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void aRegionOfSeveralTimesTheBudgetIsWrittenAndReadWithinIt(int pageBytes) {
    try (CompressedArena arena =
        open(ArenaConfig.builder().residentBudget(mebibytes(5)).pageBytes(pageBytes))) {
      Region region = arena.allocateRegion(mebibytes(12));
      SplittableRandom random = new SplittableRandom(1);
      int words = (int) (region.byteSize() / 1024);
      for (int i = 0; i < words; i++) {
        region.setLong(i * 1024L, i);
      }
      checkWithin(arena, region);
      for (int i = 0; i < words; i++) {
        int word = random.nextInt(words);
        assertEquals(word, region.getLong(word * 1024L));
      }
      for (int i = 0; i < words; i++) {
        assertEquals(i, region.getAndAddLong(i * 1024L, 1));
      }
      checkWithin(arena, region);
      assertTrue(arena.stats().budget().demotedWaiting() > 0);
      assertTrue(arena.stats().demandRestores() > 0);
    }
  }

  @Test
  void bulkAccessesOfMoreThanTheBudgetStayWithinIt() {
    try (CompressedArena arena = withBudget(3)) {
      Region region = arena.allocateRegion(mebibytes(8));
      Region other = arena.allocateRegion(mebibytes(8));
      byte[] content = new byte[(int) region.byteSize()];
      for (int i = 0; i < content.length; i += 64) {
        content[i] = (byte) (i >>> 12);
      }
      region.copyFrom(0, content, 0, content.length);
      region.copyTo(0, other, 0, content.length);
      assertEquals(-1, other.mismatch(0, MemorySegment.ofArray(content), 0, content.length));
      byte[] back = new byte[content.length];
      region.copyTo(0, back, 0, back.length);
      assertTrue(Arrays.equals(content, back));
      region.fill(0, region.byteSize(), (byte) 3);
      other.discard(0, other.byteSize());
      checkWithin(arena, region, other);
    }
  }

  /** Second chance: what is used between any two steps of the hand is taken once at most. */
  @Test
  void whatIsInUseStaysWhileTheRestStreamsThrough() {
    try (CompressedArena arena = withBudget(2)) {
      Region hot = arena.allocateRegion(32 * PAGE);
      Region stream = arena.allocateRegion(mebibytes(16));
      for (long at = 0; at < stream.byteSize(); at += PAGE) {
        stream.setLong(at, at);
        for (int page = 0; page < 32; page++) {
          hot.getAndAddLong((long) page * PAGE, 1);
        }
      }
      // The first time round the hand finds everything in use, and takes what it meets again first.
      assertTrue(
          arena.stats().demandRestores() <= 32, "restores " + arena.stats().demandRestores());
      assertEquals(stream.byteSize() / PAGE, hot.getLong(0));
      checkWithin(arena, hot, stream);
    }
  }

  @Test
  void whatDoesNotCompressExceedsTheBudgetByItsOwnSizeAndIsCounted() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(4));
      byte[] content = TestPages.fillRandom(region, 1);
      ArenaStats.Budget budget = arena.stats().budget();
      assertTrue(budget.overshoots() > 0);
      assertTrue(budget.highestOvershoot() > 0);
      assertTrue(budget.highest() <= region.byteSize() + mebibytes(1), budget::toString);
      assertEquals(-1, region.mismatch(0, MemorySegment.ofArray(content), 0, content.length));

      OutOfMemoryError refused =
          assertThrows(OutOfMemoryError.class, () -> arena.allocateRegion(PAGE));
      assertTrue(
          refused.getMessage().contains("residentBudget of " + mebibytes(2)), refused::toString);
      region.discard(0, mebibytes(3));
      arena.allocateRegion(PAGE).setLong(0, 1);
      assertTrue(arena.stats().budget().held() <= mebibytes(2));
    }
  }

  /** Once they compress, the arena finds its way back. */
  @Test
  void anOvershootEndsWhenPagesCompressAgain() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(4));
      TestPages.fillRandom(region, 1);
      region.fill(0, region.byteSize(), (byte) 1);
      Region other = arena.allocateRegion(PAGE);
      other.setLong(0, 1);
      for (long at = 0; at < region.byteSize(); at += PAGE) {
        assertEquals(1, region.getByte(at));
      }
      assertTrue(arena.stats().budget().held() <= mebibytes(2), () -> "" + arena.stats().budget());
    }
  }

  @Test
  void aPinThatAloneExceedsTheBudgetIsRefused() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(4));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> region.pin(0, mebibytes(2)).close());
      assertTrue(e.getMessage().contains("residentBudget of " + mebibytes(2)), e::getMessage);
      region.close(); // which an open pin would refuse
    }
  }

  @Test
  void pinsThatTogetherExceedTheBudgetAreRefusedAndLeaveNothingPinned() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(8));
      for (long at = 0; at < region.byteSize(); at += PAGE) {
        region.setLong(at, at);
      }
      try (PinnedRange first = region.pin(0, mebibytes(1))) {
        OutOfMemoryError e =
            assertThrows(
                OutOfMemoryError.class, () -> region.pin(mebibytes(2), mebibytes(1)).close());
        assertTrue(e.getMessage().contains("residentBudget"), e::getMessage);
        assertEquals(mebibytes(1), first.segment().byteSize());
        assertEquals(mebibytes(5), region.getLong(mebibytes(5)), "others find room still");
      }
      try (PinnedRange second = region.pin(mebibytes(2), mebibytes(1))) {
        assertEquals(
            mebibytes(2), second.segment().get(java.lang.foreign.ValueLayout.JAVA_LONG, 0));
      }
      assertEquals(0, arena.stats().budget().overshoots());
      assertTrue(arena.stats().budget().refused() > 0);
    }
  }

  @Test
  void aRequestRestoresWhatFitsAndNoneOfItGoesForTheRest() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(8));
      for (long at = 0; at < region.byteSize(); at += PAGE) {
        region.setLong(at, at);
      }
      region.compress();
      long restored = region.restore(0, region.byteSize());
      assertTrue(restored > 200 && restored < 512, restored + " pages");
      long before = arena.stats().demandRestores();
      region.getLong(0);
      region.getLong((restored - 1) * PAGE);
      assertEquals(before, arena.stats().demandRestores(), "the first ones are in memory");
      assertEquals(100, region.restore(mebibytes(4), 100 * PAGE), "others make room");
      checkWithin(arena, region);
    }
  }

  @Test
  void aPrefetchIsRefusedWhereEverythingIsAsYoung() {
    try (CompressedArena arena = withBudget(2)) {
      Region region = arena.allocateRegion(mebibytes(4));
      for (long at = 0; at < region.byteSize(); at += PAGE) {
        region.setLong(at, at);
      }
      int evicted = 0;
      while (arena.mover().prefetch(region.table(), evicted) == PrefetchOutcome.NOT_EVICTED) {
        evicted++;
      }
      // What the high watermark leaves may have been taken by the first.
      PrefetchOutcome outcome = PrefetchOutcome.RESTORED;
      for (int page = 0; page < region.pageCount() && outcome != PrefetchOutcome.NO_ROOM; page++) {
        outcome = arena.mover().prefetch(region.table(), page);
      }
      assertEquals(PrefetchOutcome.NO_ROOM, outcome);
      checkWithin(arena, region);
    }
  }

  /** At the pool's own limit RESTORE_LRU would take pages back: not into a full budget. */
  @Test
  void aFullPoolRestoresNothingIntoAFullBudget() {
    try (CompressedArena arena =
        open(
            ArenaConfig.builder()
                .residentBudget(mebibytes(4))
                .poolLimit(mebibytes(1))
                .minSavingsPercent(0))) {
      Region region = arena.allocateRegion(mebibytes(16));
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      ArenaStats stats = arena.stats();
      assertTrue(stats.pool().used() <= mebibytes(1));
      assertTrue(stats.demotions().poolFull() > 0);
      assertEquals(-1, region.mismatch(0, MemorySegment.ofArray(content), 0, content.length));
    }
  }

  @Test
  void copiesOfPagesInUseGoBeforePages() {
    try (CompressedArena arena =
        open(ArenaConfig.builder().residentBudget(mebibytes(4)).keepCopiesBelowPercent(100))) {
      Region region = arena.allocateRegion(mebibytes(2));
      TestPages.fillHalfRandom(region, 1);
      region.compress();
      for (long at = 0; at < region.byteSize(); at += PAGE) {
        region.getLong(at);
      }
      assertTrue(arena.stats().pages().cleanCopies() > 0);
      Region stream = arena.allocateRegion(mebibytes(8));
      for (long at = 0; at < stream.byteSize(); at += PAGE) {
        stream.setLong(at, at);
        for (long used = 0; used < region.byteSize(); used += PAGE) {
          region.getByte(used);
        }
      }
      assertEquals(0, arena.stats().pages().cleanCopies());
      checkWithin(arena, region, stream);
    }
  }

  /** LZ4 alone halves these pages: what a budget holds beyond that needs the dense tier. */
  @Test
  void aPoolThatTakesTheBudgetIsCompressedDenser() {
    try (CompressedArena arena = withBudget(6)) {
      Region region = arena.allocateRegion(mebibytes(15));
      for (int page = 0; page < region.pageCount(); page++) {
        region.copyFrom((long) page * PAGE, PageContents.TEXT.bytes(PAGE, page), 0, PAGE);
      }
      for (int page = 0; page < region.pageCount(); page++) {
        byte[] expected = PageContents.TEXT.bytes(PAGE, page);
        assertEquals(
            -1, region.mismatch((long) page * PAGE, MemorySegment.ofArray(expected), 0, PAGE));
      }
      assertTrue(arena.stats().tiers().toDense() > 0);
      checkWithin(arena, region);
    }
  }

  /** The hand may point into a region that is gone. */
  @Test
  @Timeout(60)
  void regionsMayCloseUnderTheHand() {
    try (CompressedArena arena = withBudget(1)) {
      Region region = arena.allocateRegion(mebibytes(2));
      for (int round = 0; round < 10; round++) {
        try (Region last = arena.allocateRegion((1L + round * 53L) * PAGE)) {
          last.fill(0, last.byteSize(), (byte) 1);
          region.fill(0, region.byteSize(), (byte) round);
        }
        assertEquals(round, region.getByte(0));
      }
      checkWithin(arena, region);
    }
  }

  @Test
  void thePoolMayTakeTheWholeBudgetUnlessLimited() {
    assertEquals(
        mebibytes(700), ArenaConfig.builder().residentBudget(mebibytes(700)).build().poolLimit());
    assertEquals(
        mebibytes(9),
        ArenaConfig.builder()
            .residentBudget(mebibytes(700))
            .poolLimit(mebibytes(9))
            .build()
            .poolLimit());
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65_536})
  void aBudgetTooSmallIsRefused(int pageBytes) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ArenaConfig.builder()
                    .pageBytes(pageBytes)
                    .residentBudget(mebibytes(1) - 1)
                    .build());
    assertTrue(e.getMessage().contains("residentBudget is"), e::getMessage);
    assertTrue(
        e.getMessage().contains("at least " + Math.max(1 << 20, 64 * pageBytes)), e::getMessage);
  }

  @Test
  void withoutABudgetNothingIsCountedAgainstIt() {
    try (CompressedArena arena = CompressedArena.open()) {
      arena.allocateRegion(PAGE).setLong(0, 1);
      ArenaStats.Budget budget = arena.stats().budget();
      assertEquals(0, budget.limit());
      assertEquals(PAGE + arena.stats().poolBytes(), budget.held());
      assertEquals(0, budget.waits());
    }
  }

  @Test
  void whatIsDoneForTheBudgetIsRecorded(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("budget.jfr");
    try (Recording recording = new Recording();
        CompressedArena arena = withBudget(1)) {
      recording.enable("io.predicomp.BudgetAction");
      recording.start();
      Region region = arena.allocateRegion(mebibytes(2));
      region.fill(0, region.byteSize(), (byte) 1);
      recording.stop();
      recording.dump(file);
      long demoted =
          RecordingFile.readAllEvents(file).stream()
              .filter(e -> e.getEventType().getName().equals("io.predicomp.BudgetAction"))
              .mapToInt(e -> e.getInt("demoted"))
              .sum();
      assertEquals(arena.stats().budget().demotedWaiting(), demoted);
      assertFalse(demoted == 0);
    }
  }

  /**
   * Two pages that are needed together when there is room for one: bringing either back must not go
   * on for ever at the cost of the other, whatever the contents save.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1024, 2048, 2560, 2816, 3072, 3328, 3584, 3840})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void copiesWithinARegionEndHoweverTightTheBudgetIs(int randomBytes) {
    try (CompressedArena arena = withBudget(1)) {
      Region region = arena.allocateRegion(3 << 19);
      int pages = (int) (region.byteSize() / PAGE);
      SplittableRandom random = new SplittableRandom(randomBytes);
      byte[] page = new byte[PAGE];
      byte[][] expected = new byte[pages][];
      for (int p = 0; p < pages; p++) {
        random.nextBytes(page);
        Arrays.fill(page, randomBytes, PAGE, (byte) p);
        expected[p] = page.clone();
        region.copyFrom((long) p * PAGE, page, 0, PAGE);
      }
      for (int copies = 0; copies < 2_000; copies++) {
        int from = random.nextInt(pages);
        int to = random.nextInt(pages);
        region.copyTo((long) from * PAGE, region, (long) to * PAGE, PAGE);
        expected[to] = expected[from];
      }
      for (int p = 0; p < pages; p++) {
        region.copyTo((long) p * PAGE, page, 0, PAGE);
        assertArrayEquals(expected[p], page);
      }
    }
  }
}
