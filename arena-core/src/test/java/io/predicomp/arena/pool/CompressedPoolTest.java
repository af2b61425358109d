package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.SystemPage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CompressedPoolTest {
  private static final long MIB = 1 << 20;
  private static final MemorySegment PAYLOAD =
      MemorySegment.ofArray(new byte[CompressedPool.MAX_PAYLOAD_BYTES]);

  @Test
  void theSmallestAndTheLargestPayloadFit() {
    try (var model = new PoolModel(MIB)) {
      assertTrue(model.store(1, 1));
      assertTrue(model.store(CompressedPool.MAX_PAYLOAD_BYTES, 2));
      model.check();
    }
  }

  @Test
  void badArgumentsAreRefusedBeforeAnythingChanges() {
    try (var pool = CompressedPool.create(MIB)) {
      assertThrows(IllegalArgumentException.class, () -> pool.store(0, PAYLOAD, 0, 0));
      assertThrows(
          IllegalArgumentException.class,
          () -> pool.store(0, PAYLOAD, 0, CompressedPool.MAX_PAYLOAD_BYTES + 1));
      assertThrows(IllegalArgumentException.class, () -> pool.store(-1, PAYLOAD, 0, 1));
      assertThrows(
          IllegalArgumentException.class,
          () -> pool.store(CompressedPool.MAX_OWNER + 1, PAYLOAD, 0, 1));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> pool.store(0, PAYLOAD, PAYLOAD.byteSize() - 9, 10));
      assertThrows(IllegalArgumentException.class, () -> pool.free(0, 1));
      assertThrows(IllegalArgumentException.class, () -> pool.free(Long.MAX_VALUE, 1));
      assertEquals(0, pool.objects());
      pool.checkInvariants();
    }
  }

  @Test
  void aLimitOutOfRangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> CompressedPool.create(0));
    assertThrows(IllegalArgumentException.class, () -> CompressedPool.create(-1));
    assertThrows(IllegalArgumentException.class, () -> CompressedPool.create(Long.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class, () -> CompressedPool.create(16 * SystemPage.SIZE - 1));
    CompressedPool.create(16 * SystemPage.SIZE).close();
  }

  @Test
  void aFreedHandleCannotBeFreedAgain() {
    try (var pool = CompressedPool.create(MIB)) {
      long handle = pool.store(3, PAYLOAD, 0, 100);
      pool.free(handle, 100);
      assertThrows(IllegalStateException.class, () -> pool.free(handle, 100));
      pool.drainFreed();
      assertThrows(IllegalStateException.class, () -> pool.free(handle, 100));
      pool.checkInvariants();
    }
  }

  @Test
  void aFreeWithTheWrongLengthIsRefused() {
    try (var pool = CompressedPool.create(MIB)) {
      long handle = pool.store(3, PAYLOAD, 0, 100);
      assertThrows(IllegalStateException.class, () -> pool.free(handle, 101));
      pool.checkInvariants();
      assertEquals(1, pool.objects());
    }
  }

  /** Native code that pushes on the list bypasses the checks of free(). */
  @Test
  void aHandlePushedTwiceIsDetected() {
    try (var pool = CompressedPool.create(MIB)) {
      long first = pool.store(1, PAYLOAD, 0, 100);
      long second = pool.store(2, PAYLOAD, 0, 100);
      pool.free(first, 100);
      pool.free(second, 100);
      pool.memory().set(JAVA_LONG, first * 16, SlotHeader.freed(second, 100));
      var e = assertThrows(IllegalStateException.class, pool::checkInvariants);
      assertTrue(e.getMessage().contains("twice"), e.getMessage());
    }
  }

  @Test
  void aLiveHandleInTheFreedListIsDetected() {
    try (var pool = CompressedPool.create(MIB)) {
      long handle = pool.store(1, PAYLOAD, 0, 100);
      pool.free(handle, 100);
      pool.memory().set(JAVA_LONG, handle * 16, SlotHeader.live(1, 100));
      assertThrows(IllegalStateException.class, pool::checkInvariants);
      assertThrows(IllegalStateException.class, pool::drainFreed);
    }
  }

  @Test
  void freedBytesStayPoolUntilDrainedButAreNoPayload() {
    try (var pool = CompressedPool.create(MIB)) {
      long handle = pool.store(1, PAYLOAD, 0, 3000);
      long held = pool.poolBytes();
      pool.free(handle, 3000);
      assertEquals(0, pool.payloadBytes());
      assertEquals(0, pool.objects());
      assertEquals(held, pool.poolBytes());
      assertEquals(1, pool.drainFreed());
      assertEquals(0, pool.drainFreed());
      pool.checkInvariants();
    }
  }

  @Test
  void thePoolNeverExceedsItsLimitAndRecovers() {
    for (long limit : new long[] {16 * SystemPage.SIZE, 100_000, MIB, 5 * MIB}) {
      try (var pool = CompressedPool.create(limit)) {
        var random = new SplittableRandom(limit);
        List<long[]> held = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
          int refused = 0;
          while (refused < 50) {
            int length = random.nextInt(100, 3900);
            long handle = pool.store(held.size(), PAYLOAD, 0, length);
            if (handle == CompressedPool.REJECTED_FULL) {
              refused++;
            } else {
              held.add(new long[] {handle, length});
            }
            assertTrue(pool.poolBytes() <= limit);
          }
          pool.checkInvariants();
          assertTrue(pool.rejects(RejectReason.POOL_LIMIT) >= 50L * (round + 1));
          assertEquals(0, pool.rejects(RejectReason.ADDRESS_SPACE));
          int keep = held.size() / 2;
          while (held.size() > keep) {
            long[] object = held.remove(random.nextInt(held.size()));
            pool.free(object[0], (int) object[1]);
          }
        }
      }
    }
  }

  @Test
  void aFullPoolTakesBackFreedSlotsByItself() {
    try (var pool = CompressedPool.create(MIB)) {
      long last = 0;
      for (long h = 0; h != CompressedPool.REJECTED_FULL; h = pool.store(1, PAYLOAD, 0, 2000)) {
        last = Math.max(last, h);
      }
      pool.free(last, 2000);
      assertEquals(last, pool.store(1, PAYLOAD, 0, 2000));
    }
  }

  @Test
  void nearlyAllOfTheLimitIsUsableForPayload() {
    try (var pool = CompressedPool.create(16 * MIB)) {
      while (pool.store(1, PAYLOAD, 0, 2000) != CompressedPool.REJECTED_FULL) {
        assertTrue(pool.poolBytes() <= 16 * MIB);
      }
      assertTrue(pool.payloadBytes() > 15 * MIB, "payload " + pool.payloadBytes());
      assertTrue(pool.largestFreeExtent() < 64 << 10);
    }
  }

  @Test
  void freeBytesAreVacantSlotsAndCachedExtents() {
    try (var pool = CompressedPool.create(MIB)) {
      assertEquals(0, pool.freeBytes());
      long handle = pool.store(1, PAYLOAD, 0, 1000);
      long vacant = pool.fragmentedBytes();
      assertTrue(vacant > 0);
      assertEquals(vacant, pool.freeBytes());
      pool.free(handle, 1000);
      pool.drainFreed();
      assertEquals(0, pool.fragmentedBytes());
      assertEquals(SystemPage.SIZE, pool.freeBytes());
    }
  }

  @Test
  void closingTwiceIsFineAndLaterCallsAreErrors() {
    var pool = CompressedPool.create(MIB);
    long handle = pool.store(1, PAYLOAD, 0, 1000);
    pool.close();
    pool.close();
    assertThrows(IllegalStateException.class, () -> pool.store(1, PAYLOAD, 0, 1000));
    assertThrows(IllegalStateException.class, () -> pool.free(handle, 1000));
    assertThrows(IllegalStateException.class, pool::drainFreed);
    assertThrows(IllegalStateException.class, () -> pool.compact((o, f, t, l) -> true, 1));
    assertThrows(IllegalStateException.class, pool::payloadBytes);
    assertThrows(IllegalStateException.class, () -> pool.memory().get(JAVA_LONG, 0));
  }
}
