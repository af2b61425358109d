package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.policy.PageTier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves memory, what stays, and what it costs. */
class PageMovementTest {
  private static final int PAGE = 4096;

  private static ArenaConfig.Builder config() {
    return ArenaConfig.builder().checksums(true);
  }

  private static void assertHolds(Region region, byte[] content) {
    assertEquals(-1, region.mismatch(0, MemorySegment.ofArray(content), 0, content.length));
  }

  @Test
  void freshPagesAreLeftAlone() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(100 * PAGE);
      assertEquals(0, region.compress());
      assertEquals(100, arena.stats().pages().fresh());
      assertEquals(0, arena.stats().residentBytes());
    }
  }

  @Test
  void sameFilledPagesCostNoPoolBytes() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(10 * PAGE);
      for (int i = 0; i < region.byteSize(); i += 8) {
        region.setLong(i, 0x0102030405060708L);
      }
      assertEquals(10, region.compress());
      ArenaStats stats = arena.stats();
      assertEquals(10, stats.pages().sameFilled());
      assertEquals(0, stats.pool().objects());
      assertEquals(0, stats.pool().payload());
      assertEquals(0x0102030405060708L, region.getLong(5 * PAGE));
    }
  }

  @Test
  void pagesThatRepeatAFewWordsTakeAFewWords() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(10 * PAGE);
      long[] content = new long[10 * PAGE / 8];
      for (int i = 0; i < content.length; i++) {
        int period = i / (PAGE / 8) % 2 == 0 ? 2 : 3;
        content[i] = i * 8 / PAGE * 1000L + i * 8 % PAGE / 8 % period;
        region.setLong(i * 8L, content[i]);
      }
      assertEquals(10, region.compress());
      assertEquals(10, arena.stats().pages().compressed());
      assertEquals(5 * (16 + 24), arena.stats().pool().payload());
      assertEquals(0, arena.recompressAll(PageTier.COLDEST)); // there is nothing to gain
      for (int i = 0; i < content.length; i++) {
        assertEquals(content[i], region.getLong(i * 8L));
      }
      region.setLong(3 * PAGE, -1);
      assertEquals(10, region.compress());
      assertEquals(-1, region.getLong(3 * PAGE));
      assertEquals(content[3 * PAGE / 8 + 1], region.getLong(3 * PAGE + 8));
    }
  }

  @Test
  void aPageOnlyReadDemotesAgainForNothing() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(20 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      assertEquals(20, region.compress());
      assertHolds(region, content);
      assertEquals(20, arena.stats().pages().cleanCopies());
      long compressed = arena.stats().demotions().compressAttempts();
      assertEquals(20, region.compress());
      assertEquals(compressed, arena.stats().demotions().compressAttempts());
      assertEquals(20, arena.stats().demotions().clean());
      assertHolds(region, content);
    }
  }

  @Test
  void aWriteDropsTheCopy() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      region.getByte(0);
      assertEquals(1, arena.stats().pool().objects());
      region.setByte(7, (byte) 1);
      content[7] = 1;
      assertEquals(0, arena.stats().pool().objects());
      assertEquals(0, arena.stats().pages().cleanCopies());
      region.compress();
      assertHolds(region, content);
    }
  }

  @Test
  void incompressiblePagesAreTriedOncePerWrite() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(10 * PAGE);
      byte[] content = TestPages.fillRandom(region, 1);
      assertEquals(0, region.compress());
      assertEquals(10, arena.stats().demotions().smallGain());
      assertEquals(10, arena.stats().pages().incompressible());
      assertEquals(0, region.compress());
      assertEquals(10, arena.stats().demotions().compressAttempts());
      region.setByte(0, content[0]);
      assertEquals(0, region.compress());
      assertEquals(11, arena.stats().demotions().compressAttempts());
      assertHolds(region, content);
    }
  }

  @Test
  void minSavingsDecidesWhatIsWorthIt() {
    for (int percent : new int[] {40, 60}) {
      try (CompressedArena arena =
          CompressedArena.open(config().minSavingsPercent(percent).build())) {
        Region region = arena.allocateRegion(10 * PAGE);
        TestPages.fillHalfRandom(region, 1);
        assertEquals(percent == 40 ? 10 : 0, region.compress(), percent + " %");
      }
    }
  }

  @Test
  void rejectKeepsPagesResidentAndThePoolUnderItsLimit() {
    ArenaConfig reject =
        config().poolLimit(ArenaConfig.mebibytes(1)).whenFull(WhenFull.REJECT).build();
    try (CompressedArena arena = CompressedArena.open(reject)) {
      Region region = arena.allocateRegion(1000 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      long demoted = region.compress();
      ArenaStats stats = arena.stats();
      assertTrue(demoted > 300 && demoted < 600, "demoted " + demoted);
      assertTrue(stats.poolBytes() <= stats.pool().limit(), "pool " + stats.poolBytes());
      assertEquals(1000 - demoted, stats.demotions().poolFull());
      assertEquals(0, stats.restores().pressure());
      // Full means full until well below the limit: no flapping, and no compression in vain.
      region.setByte(0, content[0]);
      assertEquals(0, region.compress(0, PAGE));
      assertHolds(region, content);
    }
  }

  @Test
  void restoreLruTakesBackWhatWasCompressedLongest() {
    ArenaConfig lru = config().poolLimit(ArenaConfig.mebibytes(1)).build();
    try (CompressedArena arena = CompressedArena.open(lru)) {
      Region first = arena.allocateRegion(300 * PAGE);
      Region second = arena.allocateRegion(300 * PAGE);
      byte[] one = TestPages.fillHalfRandom(first, 1);
      byte[] two = TestPages.fillHalfRandom(second, 2);
      assertEquals(300, first.compress());
      assertEquals(300, second.compress());
      ArenaStats stats = arena.stats();
      assertTrue(stats.restores().pressure() > 50, "restored " + stats.restores().pressure());
      assertTrue(stats.poolBytes() <= stats.pool().limit());
      // What is left in memory is the beginning of the first region.
      long before = arena.stats().demandRestores();
      first.getByte(0);
      assertEquals(before, arena.stats().demandRestores());
      second.getByte(0);
      assertEquals(before + 1, arena.stats().demandRestores());
      assertHolds(first, one);
      assertHolds(second, two);
    }
  }

  @Test
  void oneCallNeverTakesBackWhatItDemotedItself() {
    ArenaConfig lru = config().poolLimit(ArenaConfig.mebibytes(1)).build();
    try (CompressedArena arena = CompressedArena.open(lru)) {
      Region region = arena.allocateRegion(2000 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      assertEquals(0, arena.stats().restores().pressure());
      assertHolds(region, content);
    }
  }

  @Test
  void pressureDropsCleanCopiesBeforeAnythingElse() {
    ArenaConfig lru =
        config().poolLimit(ArenaConfig.mebibytes(1)).keepCopiesBelowPercent(100).build();
    try (CompressedArena arena = CompressedArena.open(lru)) {
      Region read = arena.allocateRegion(300 * PAGE);
      Region cold = arena.allocateRegion(300 * PAGE);
      byte[] readContent = TestPages.fillHalfRandom(read, 1);
      byte[] coldContent = TestPages.fillHalfRandom(cold, 2);
      read.compress();
      assertHolds(read, readContent);
      assertEquals(300, cold.compress());
      assertEquals(0, arena.stats().restores().pressure());
      assertTrue(arena.stats().restores().copiesDropped() > 50);
      assertHolds(read, readContent);
      assertHolds(cold, coldContent);
    }
  }

  @Test
  void restoreBringsPagesBackWithoutAStall() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(50 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      assertEquals(10, region.restore(10L * PAGE, 10L * PAGE));
      assertEquals(0, arena.stats().stall().events());
      assertEquals(10, arena.stats().pages().resident());
      region.getLong(15 * PAGE);
      assertEquals(0, arena.stats().demandRestores());
      assertHolds(region, content);
      assertEquals(40, arena.stats().demandRestores());
      assertTrue(arena.stats().stall().p50Nanos() > 0);
    }
  }

  @Test
  void discardedPagesAreZeroAndFree() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(50 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress(0, 20L * PAGE);
      region.discard(100, 30L * PAGE);
      java.util.Arrays.fill(content, 100, 100 + 30 * PAGE, (byte) 0);
      assertHolds(region, content);
      region.compress();
      assertHolds(region, content);
    }
  }

  @Test
  void discardZeroesWhatIsPinned() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(4 * PAGE);
      TestPages.fillHalfRandom(region, 1);
      try (PinnedRange pin = region.pinReadOnly(PAGE, PAGE)) {
        region.discard(0, 4 * PAGE);
        assertEquals(0, pin.segment().get(ValueLayout.JAVA_BYTE, 0));
      }
      assertHolds(region, new byte[4 * PAGE]);
    }
  }

  @Test
  void pinnedPagesStay() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(10 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      try (PinnedRange pin = region.pin(2 * PAGE + 10, 3 * PAGE)) {
        region.compress();
        assertEquals(4, arena.stats().pages().resident());
        pin.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 99);
        content[2 * PAGE + 10] = 99;
      }
      region.compress();
      assertEquals(0, arena.stats().pages().resident());
      assertHolds(region, content);
    }
  }

  @Test
  void aReadOnlyPinKeepsTheCompressedCopies() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(4 * PAGE);
      TestPages.fillHalfRandom(region, 1);
      region.compress();
      try (PinnedRange pin = region.pinReadOnly(0, 4 * PAGE)) {
        assertThrows(
            IllegalArgumentException.class,
            () -> pin.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
      }
      assertEquals(4, arena.stats().pages().cleanCopies());
    }
  }

  @Test
  void theSegmentDiesWithThePin() {
    try (CompressedArena arena = CompressedArena.open(config().build())) {
      Region region = arena.allocateRegion(PAGE);
      for (boolean shared : new boolean[] {false, true}) {
        PinnedRange pin = shared ? region.pinShared(0, 10) : region.pin(0, 10);
        MemorySegment segment = pin.segment();
        pin.close();
        pin.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
      }
      assertThrows(IllegalArgumentException.class, () -> region.pin(0, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> region.pin(1, PAGE));
    }
  }

  @Test
  void filesReadAndWritePinnedPages(@TempDir Path folder) throws IOException {
    try (CompressedArena arena = CompressedArena.open(config().build());
        FileChannel file =
            FileChannel.open(
                folder.resolve("pages"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      Region region = arena.allocateRegion(16 * PAGE);
      byte[] content = TestPages.fillHalfRandom(region, 1);
      region.compress();
      try (PinnedRange pin = region.pinReadOnly(0, region.byteSize())) {
        ByteBuffer buffer = pin.segment().asByteBuffer();
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      region.fill(0, region.byteSize(), (byte) 0);
      region.compress();
      file.position(0);
      try (PinnedRange pin = region.pin(0, region.byteSize())) {
        ByteBuffer buffer = pin.segment().asByteBuffer();
        while (buffer.hasRemaining() && file.read(buffer) >= 0) {}
      }
      region.compress();
      assertHolds(region, content);
    }
  }

  @Test
  void largerPages() {
    for (int pageBytes : new int[] {16_384, 65_536}) {
      try (CompressedArena arena = CompressedArena.open(config().pageBytes(pageBytes).build())) {
        Region region = arena.allocateRegion(20L * pageBytes - 5);
        assertEquals(20L * pageBytes, region.byteSize());
        byte[] content = TestPages.fillHalfRandom(region, 1);
        assertEquals(20, region.compress());
        assertHolds(region, content);
      }
    }
  }
}
