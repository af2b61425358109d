package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.policy.PageTier;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which pages a range means, and what is said of one that leaves the region. */
class RegionRangesTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 8;

  /** Whatever takes a range of a region. */
  enum Call {
    COMPRESS,
    RESTORE,
    DISCARD,
    RECOMPRESS,
    FILL,
    PIN,
    PIN_READ_ONLY,
    PIN_SHARED;

    void on(Region region, long offset, long length) {
      switch (this) {
        case COMPRESS -> region.compress(offset, length);
        case RESTORE -> region.restore(offset, length);
        case DISCARD -> region.discard(offset, length);
        case RECOMPRESS -> region.recompress(offset, length, PageTier.DENSE);
        case FILL -> region.fill(offset, length, (byte) 0);
        case PIN -> region.pin(offset, length).close();
        case PIN_READ_ONLY -> region.pinReadOnly(offset, length).close();
        case PIN_SHARED -> region.pinShared(offset, length).close();
      }
    }
  }

  private final CompressedArena arena = CompressedArena.open();
  private final Region region = arena.allocateRegion(PAGES * PAGE);
  private final byte[] content = TestPages.fillHalfRandom(region, 1);

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest
  @EnumSource
  void aRangeThatLeavesTheRegionIsNamedAndNothingHappens(Call call) {
    long size = region.byteSize();
    region.compress(0, size / 2);
    long[][] ranges = {
      {-1, 1},
      {0, -1},
      {0, size + 1},
      {size, 1},
      {size - 1, 2},
      {size + PAGE, 0},
      {Long.MIN_VALUE, 1},
      {1, Long.MAX_VALUE},
      {Long.MAX_VALUE, Long.MAX_VALUE}
    };
    for (long[] range : ranges) {
      IndexOutOfBoundsException e =
          assertThrows(IndexOutOfBoundsException.class, () -> call.on(region, range[0], range[1]));
      assertTrue(e.getMessage().contains("offset = " + range[0]), e.getMessage());
      assertTrue(e.getMessage().contains("length = " + range[1]), e.getMessage());
      assertTrue(e.getMessage().contains(size + " bytes"), e.getMessage());
    }
    assertEquals(PAGES / 2, arena.stats().pages().resident());
    region.close(); // nothing is left pinned
  }

  /** Its end is within the region, so that is a range of nothing. */
  @ParameterizedTest
  @EnumSource(names = {"COMPRESS", "RESTORE", "DISCARD", "RECOMPRESS", "FILL"})
  void aRangeOfNothingDoesNothing(Call call) {
    region.compress(0, region.byteSize() / 2);
    for (long offset : new long[] {0, 1, PAGE, region.byteSize()}) {
      call.on(region, offset, 0);
    }
    assertEquals(PAGES / 2, arena.stats().pages().resident());
    assertEquals(-1, region.mismatch(0, MemorySegment.ofArray(content), 0, content.length));
  }

  @ParameterizedTest
  @EnumSource(names = {"PIN", "PIN_READ_ONLY", "PIN_SHARED"})
  void aPinOfNothingIsRefused(Call call) {
    assertThrows(IllegalArgumentException.class, () -> call.on(region, 0, 0));
    region.close();
  }

  @Test
  void residenceIsOfThePageAroundAnOffsetAndNoAccess() {
    region.compress(2 * PAGE, PAGE);
    long restores = arena.stats().restores().total();
    for (long offset = 0; offset < region.byteSize(); offset += PAGE / 2 - 1) {
      assertEquals(offset / PAGE != 2, region.isResident(offset), "offset " + offset);
    }
    assertFalse(region.isResident(2 * PAGE));
    assertFalse(region.isResident(3 * PAGE - 1));
    assertTrue(region.isResident(3 * PAGE));
    assertTrue(region.isResident(region.byteSize() - 1));
    assertEquals(restores, arena.stats().restores().total(), "asking brings nothing back");
    region.getByte(2 * PAGE + 5);
    assertTrue(region.isResident(2 * PAGE));
  }

  @Test
  void residenceOfWhatIsOutsideIsRefused() {
    for (long offset : new long[] {-1, Long.MIN_VALUE, region.byteSize(), Long.MAX_VALUE}) {
      assertThrows(IndexOutOfBoundsException.class, () -> region.isResident(offset));
    }
  }

  @Test
  void aRangeMeansEveryPageItTouches() {
    assertEquals(2, region.compress(PAGE - 1, 2));
    assertEquals(2, region.restore(PAGE - 1, 2));
    assertEquals(1, region.compress(PAGE, PAGE));
    assertEquals(0, region.restore(2 * PAGE, PAGE));
    assertEquals(1, region.restore(2 * PAGE - 1, 1));
  }
}
