package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What belongs to one thread refuses all others, and is as good as before for its own. */
class OwnerThreadTest {
  private static final int PAGE = 4096;

  private final CompressedArena arena = CompressedArena.open();
  private final Region region = arena.allocateRegion(8 * PAGE);

  @AfterEach
  void close() {
    arena.close();
  }

  /** An access through a cursor, of each kind there is. */
  enum Access {
    GET_BYTE(c -> c.getByte(0)),
    SET_BYTE(c -> c.setByte(0, (byte) 9)),
    GET_SHORT(c -> c.getShort(0)),
    SET_SHORT(c -> c.setShort(0, (short) 9)),
    GET_INT(c -> c.getInt(0)),
    SET_INT(c -> c.setInt(0, 9)),
    GET_LONG(c -> c.getLong(0)),
    SET_LONG(c -> c.setLong(0, 9)),
    GET_FLOAT(c -> c.getFloat(0)),
    SET_FLOAT(c -> c.setFloat(0, 9)),
    GET_DOUBLE(c -> c.getDouble(0)),
    SET_DOUBLE(c -> c.setDouble(0, 9)),
    SET_BIG_ENDIAN(c -> c.setLong(0, ByteOrder.BIG_ENDIAN, 9)),
    STRADDLING(c -> c.setLong(PAGE - 3, 9)),
    ADD_INT(c -> c.addInt(0, 9)),
    ADD_LONG(c -> c.addLong(0, 9)),
    GET_INT_VOLATILE(c -> c.getIntVolatile(0)),
    SET_INT_VOLATILE(c -> c.setIntVolatile(0, 9)),
    GET_INT_ACQUIRE(c -> c.getIntAcquire(0)),
    SET_INT_RELEASE(c -> c.setIntRelease(0, 9)),
    COMPARE_AND_SET_INT(c -> c.compareAndSetInt(0, 1, 9)),
    GET_AND_ADD_INT(c -> c.getAndAddInt(0, 9)),
    GET_LONG_VOLATILE(c -> c.getLongVolatile(0)),
    SET_LONG_VOLATILE(c -> c.setLongVolatile(0, 9)),
    GET_LONG_ACQUIRE(c -> c.getLongAcquire(0)),
    SET_LONG_RELEASE(c -> c.setLongRelease(0, 9)),
    COMPARE_AND_SET_LONG(c -> c.compareAndSetLong(0, 1, 9)),
    GET_AND_ADD_LONG(c -> c.getAndAddLong(0, 9)),
    FILL(c -> c.fill(0, 2 * PAGE, (byte) 9)),
    COPY_FROM(c -> c.copyFrom(0, new byte[] {9}, 0, 1)),
    COPY_TO(c -> c.copyTo(0, new byte[1], 0, 1)),
    MISMATCH(c -> c.mismatch(0, MemorySegment.ofArray(new byte[1]), 0, 1));

    @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
    private final Consumer<Cursor> access;

    Access(Consumer<Cursor> access) {
      this.access = access;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCursorRefusesOtherThreads(Access access) {
    Cursor cursor = region.cursor();
    region.setLong(0, 1);
    String message = refusedElsewhere(() -> access.access.accept(cursor)).getMessage();
    assertTrue(message.contains("cursor of " + Thread.currentThread()), message);
    assertEquals(1, region.getLong(0), "nothing was written");
    assertEquals(1, cursor.getLong(0));
    assertEquals(1, region.compress(), "nothing is left pinned");
  }

  @Test
  void aCopyBetweenRegionsThroughACursorRefusesOtherThreads() {
    Region target = arena.allocateRegion(PAGE);
    Cursor cursor = region.cursor();
    cursor.setByte(0, (byte) 9);
    refusedElsewhere(() -> cursor.copyTo(0, target, 0, 1));
    assertEquals(0, target.getByte(0));
  }

  @Test
  void aPinnedRangeRefusesOtherThreadsAndStaysPinned() {
    TestPages.fillHalfRandom(region, 1);
    PinnedRange pin = region.pin(0, PAGE);
    MemorySegment segment = pin.segment();
    refusedElsewhere(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
    refusedElsewhere(() -> segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 9));
    refusedElsewhere(() -> segment.fill((byte) 9));
    refusedElsewhere(pin::close);

    assertEquals(7, region.compress(), "all but the pinned page");
    assertTrue(region.isResident(0));
    assertThrows(IllegalStateException.class, region::close);
    segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
    pin.close();
    assertEquals(5, region.getByte(0));
    assertEquals(1, region.compress());
  }

  @Test
  void aSharedRangeIsForAllThreads() {
    PinnedRange pin = region.pinShared(0, PAGE);
    CompletableFuture.runAsync(() -> pin.segment().set(ValueLayout.JAVA_BYTE, 7, (byte) 3)).join();
    region.compress();
    assertTrue(region.isResident(0));
    CompletableFuture.runAsync(pin::close).join();
    assertThrows(IllegalStateException.class, () -> pin.segment().get(ValueLayout.JAVA_BYTE, 7));
    region.compress();
    assertFalse(region.isResident(0));
    assertEquals(3, region.getByte(7));
  }

  private static WrongThreadException refusedElsewhere(Runnable action) {
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> CompletableFuture.runAsync(action).join());
    return assertInstanceOf(WrongThreadException.class, thrown.getCause());
  }
}
