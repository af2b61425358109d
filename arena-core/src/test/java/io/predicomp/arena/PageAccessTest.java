package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every typed access, through both ways in. */
class PageAccessTest {
  enum Way {
    CURSOR,
    REGION;

    PageAccess to(Region region) {
      return this == CURSOR ? region.cursor() : region;
    }
  }

  private static final int PAGE = 4096;

  private final CompressedArena arena =
      CompressedArena.open(ArenaConfig.builder().checksums(true).build());
  private final Region region = arena.allocateRegion(8 * PAGE);

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeComesBackFromACompressedPage(Way way) {
    PageAccess access = way.to(region);
    access.setByte(0, (byte) -7);
    access.setShort(PAGE, (short) -30_000);
    access.setInt(2 * PAGE, 0x12345678);
    access.setLong(3 * PAGE, 0x123456789ABCDEF0L);
    access.setFloat(4 * PAGE, 1.5f);
    access.setDouble(5 * PAGE, -2.5);
    assertEquals(6, region.compress());
    assertEquals(-7, access.getByte(0));
    assertEquals(-30_000, access.getShort(PAGE));
    assertEquals(0x12345678, access.getInt(2 * PAGE));
    assertEquals(0x123456789ABCDEF0L, access.getLong(3 * PAGE));
    assertEquals(1.5f, access.getFloat(4 * PAGE));
    assertEquals(-2.5, access.getDouble(5 * PAGE));
  }

  @ParameterizedTest
  @EnumSource
  void bothByteOrders(Way way) {
    PageAccess access = way.to(region);
    access.setShort(0, ByteOrder.BIG_ENDIAN, (short) 0x0102);
    access.setInt(8, ByteOrder.BIG_ENDIAN, 0x01020304);
    access.setLong(16, ByteOrder.BIG_ENDIAN, 0x0102030405060708L);
    access.setFloat(24, ByteOrder.BIG_ENDIAN, 3.25f);
    access.setDouble(32, ByteOrder.BIG_ENDIAN, 6.5);
    assertEquals(1, access.getByte(0));
    assertEquals(1, access.getByte(8));
    assertEquals(1, access.getByte(16));
    assertEquals(0x0201, access.getShort(0, ByteOrder.LITTLE_ENDIAN));
    assertEquals(0x04030201, access.getInt(8, ByteOrder.LITTLE_ENDIAN));
    assertEquals(0x0807060504030201L, access.getLong(16, ByteOrder.LITTLE_ENDIAN));
    assertEquals(3.25f, access.getFloat(24, ByteOrder.BIG_ENDIAN));
    assertEquals(6.5, access.getDouble(32, ByteOrder.BIG_ENDIAN));
  }

  @ParameterizedTest
  @EnumSource
  void accessesStraddlePages(Way way) {
    PageAccess access = way.to(region);
    for (int offset = PAGE - 9; offset <= PAGE + 1; offset++) {
      region.fill(0, region.byteSize(), (byte) 0);
      access.setLong(offset, 0x0102030405060708L);
      region.compress();
      assertEquals(0x0102030405060708L, access.getLong(offset), "offset " + offset);
      region.compress();
      access.setInt(offset + 2, -1);
      assertEquals(-1, access.getInt(offset + 2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sumsInBothOrdersOnWholeAndStraddledPages(Way way) {
    PageAccess access = way.to(region);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      for (int offset = PAGE - 9; offset <= PAGE + 1; offset++) {
        region.fill(0, region.byteSize(), (byte) 0);
        access.setLong(offset, order, 0x00FF_FFFF_FFFFL);
        access.setInt(offset + 3 * PAGE, order, -3);
        region.compress();
        assertEquals(0x0100_0000_0001L, access.addLong(offset, order, 2), "offset " + offset);
        assertEquals(4, access.addInt(offset + 3 * PAGE, order, 7), "offset " + offset);
        region.compress();
        assertEquals(0x0100_0000_0001L, access.getLong(offset, order));
        assertEquals(4, access.getInt(offset + 3 * PAGE, order));
      }
    }
    assertEquals(5, access.addLong(0, 5));
    assertEquals(4, access.addLong(0, -1));
    assertEquals(Integer.MIN_VALUE, access.addInt(8, Integer.MIN_VALUE));
    assertEquals(Integer.MAX_VALUE, access.addInt(8, -1));
    assertEquals(4, access.getLong(0));
  }

  /** A sum is a write: the copy that a page had before may not come back. */
  @ParameterizedTest
  @EnumSource
  void aSumOutlivesTheCleanCopyOfItsPage(Way way) {
    PageAccess access = way.to(region);
    TestPages.fillHalfRandom(region, 3);
    region.compress();
    long before = access.getLong(PAGE + 8); // keeps the copy
    assertEquals(before + 1, access.addLong(PAGE + 8, 1));
    region.compress();
    assertEquals(before + 1, access.getLong(PAGE + 8));
  }

  @ParameterizedTest
  @EnumSource
  void atomicAccesses(Way way) {
    PageAccess access = way.to(region);
    region.setByte(100, (byte) 1);
    region.compress();
    assertTrue(access.compareAndSetLong(8, 0, 10));
    assertEquals(false, access.compareAndSetLong(8, 0, 11));
    assertEquals(10, access.getAndAddLong(8, 5));
    assertEquals(15, access.getLongVolatile(8));
    access.setLongVolatile(8, 16);
    assertEquals(16, access.getLongAcquire(8));
    access.setLongRelease(8, 17);
    assertEquals(17, access.getLong(8));
    assertTrue(access.compareAndSetInt(16, 0, 1));
    assertEquals(1, access.getAndAddInt(16, 2));
    assertEquals(3, access.getIntVolatile(16));
    access.setIntVolatile(16, 4);
    assertEquals(4, access.getIntAcquire(16));
    access.setIntRelease(16, 5);
    assertEquals(5, access.getInt(16));
    assertThrows(IllegalArgumentException.class, () -> access.getAndAddLong(4, 1));
    assertThrows(IllegalArgumentException.class, () -> access.getIntVolatile(2));
  }

  @ParameterizedTest
  @EnumSource
  void outOfBoundsNamesOffsetAndLimit(Way way) {
    PageAccess access = way.to(region);
    long size = region.byteSize();
    for (long offset : new long[] {-1, -8, Long.MIN_VALUE, size, size - 7, Long.MAX_VALUE}) {
      IndexOutOfBoundsException e =
          assertThrows(IndexOutOfBoundsException.class, () -> access.getLong(offset));
      assertTrue(e.getMessage().contains("offset = " + offset), e.getMessage());
      assertTrue(e.getMessage().contains(size + " bytes"), e.getMessage());
      assertThrows(IndexOutOfBoundsException.class, () -> access.setLong(offset, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> access.addLong(offset, 1));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> access.addInt(size - 3, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> access.addInt(-4, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> access.getByte(size));
    assertThrows(IndexOutOfBoundsException.class, () -> access.setByte(1L << 44, (byte) 1));
    access.setByte(size - 1, (byte) 9);
    access.setLong(size - 8, 5);
    assertEquals(5, access.getLong(size - 8));
  }

  @Test
  void aRefusedAccessLeavesNothingPinned() {
    assertThrows(IndexOutOfBoundsException.class, () -> region.getLong(region.byteSize()));
    region.setLong(0, 1);
    assertEquals(1, region.compress());
  }

  @Test
  void aCursorBelongsToItsThread() throws InterruptedException {
    Cursor cursor = region.cursor();
    List<Runnable> accesses =
        List.of(
            () -> cursor.getLong(0),
            () -> cursor.setLong(0, 1),
            () -> cursor.addLong(0, 1),
            () -> cursor.addInt(0, 1));
    for (Runnable access : accesses) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  access.run();
                } catch (Throwable t) {
                  thrown.set(t);
                }
              });
      other.start();
      other.join();
      assertEquals(WrongThreadException.class, thrown.get().getClass());
    }
    assertEquals(0, cursor.getLong(0));
  }

  @Test
  void bulkOperationsCheckBothRangesBeforeTheyBegin() {
    byte[] heap = new byte[100];
    assertThrows(IndexOutOfBoundsException.class, () -> region.copyFrom(0, heap, 1, 100));
    assertThrows(
        IndexOutOfBoundsException.class, () -> region.copyTo(region.byteSize() - 99, heap, 0, 100));
    assertThrows(IndexOutOfBoundsException.class, () -> region.fill(-1, 2, (byte) 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> region.mismatch(0, MemorySegment.ofArray(heap), 0, 101));
    region.fill(0, 0, (byte) 1);
    assertEquals(0, region.getByte(0));
  }

  @Test
  void copyIntoAReadOnlySegmentFailsAndLeavesNothingPinned() {
    region.setLong(0, 1);
    MemorySegment readOnly = MemorySegment.ofArray(new byte[10]).asReadOnly();
    assertThrows(IllegalArgumentException.class, () -> region.cursor().copyTo(0, readOnly, 0, 10));
    assertEquals(1, region.compress());
  }

  @Test
  void copyToARegionOfAnotherArenaIsRefused() {
    try (CompressedArena other = CompressedArena.open()) {
      Region elsewhere = other.allocateRegion(PAGE);
      assertThrows(IllegalArgumentException.class, () -> region.copyTo(0, elsewhere, 0, 8));
    }
  }

  @Test
  void copyBetweenCompressedRegions() {
    Region target = arena.allocateRegion(8 * PAGE);
    byte[] content = TestPages.fillHalfRandom(region, 3);
    arena.compressAll();
    region.copyTo(100, target, 5000, 3 * PAGE);
    target.compress();
    byte[] copied = new byte[3 * PAGE];
    target.copyTo(5000, copied, 0, copied.length);
    assertEquals(
        -1,
        MemorySegment.mismatch(
            MemorySegment.ofArray(copied),
            0,
            copied.length,
            MemorySegment.ofArray(content),
            100,
            100 + copied.length));
  }
}
