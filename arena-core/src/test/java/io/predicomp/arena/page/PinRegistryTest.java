package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.stress.Crew;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PinRegistryTest {
  private static final int TABLE = 256;

  /** Slots for borrowers made at once. */
  private static final int FIRST_SPARES = 8;

  private final PinRegistry registry = new PinRegistry();
  private final PageTable table = new PageTable(1L << 30, 8 * 4096, 4096, 1, false);

  @Test
  void aThreadKeepsItsSlot() throws InterruptedException {
    PinSlot mine = ThreadSlots.slot();
    mine.exit();
    assertSame(mine, ThreadSlots.slot());
    PinSlot[] theirs = new PinSlot[2];
    Thread other = threadWithAnIdOtherThanMine(() -> theirs[0] = ThreadSlots.slot());
    Crew.join(other);
    assertNotSame(mine, theirs[0]);
  }

  private static Thread threadWithAnIdOtherThanMine(Runnable task) {
    long mine = Thread.currentThread().threadId() % TABLE;
    while (true) {
      Thread thread = Thread.ofPlatform().daemon().unstarted(task);
      if (thread.threadId() % TABLE != mine) {
        thread.start();
        return thread;
      }
    }
  }

  /** While they are in the middle of an access, no two threads have the same slot. */
  @Test
  void moreThreadsThanPlacesBorrow() throws InterruptedException {
    int threads = TABLE + 100;
    Set<PinSlot> slots = Collections.newSetFromMap(new IdentityHashMap<>());
    CountDownLatch inside = new CountDownLatch(threads);
    CountDownLatch leave = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < threads; i++) {
      all.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    PinSlot slot = ThreadSlots.slot();
                    try {
                      slot.announce(table.base);
                      synchronized (slots) {
                        slots.add(slot);
                      }
                      inside.countDown();
                      leave.await();
                    } catch (Throwable t) {
                      failure.set(t);
                    } finally {
                      slot.exit();
                    }
                  }));
    }
    inside.await();
    assertEquals(threads, slots.size());
    int[] pins = new int[1];
    registry.forEachPin(pin -> pins[0] += pin == table.base ? 1 : 0);
    assertEquals(threads, pins[0], "the evictor sees each of them");
    leave.countDown();
    for (Thread thread : all) {
      Crew.join(thread);
    }
    assertEquals(null, failure.get());
    assertFalse(registry.isAnyPinned(table), "a pin was left behind");
  }

  @Test
  void theSlotOfADeadThreadIsUsedAgain() throws InterruptedException {
    AtomicReference<PinSlot> first = new AtomicReference<>();
    Thread dead =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  first.set(ThreadSlots.slot());
                  first.get().announce(table.base); // and it dies in the middle of its access
                });
    Crew.join(dead);
    long place = dead.threadId() % TABLE;
    AtomicReference<PinSlot> second = new AtomicReference<>();
    Crew.join(
        withPlace(
            place,
            () -> {
              second.set(ThreadSlots.slot());
              second.get().exit();
            }));
    assertSame(first.get(), second.get());
    assertFalse(registry.isAnyPinned(table), "the pin died with its thread");
  }

  @Test
  void aBorrowedSlotGoesBackEvenIfTheAccessFails() throws InterruptedException {
    CountDownLatch leave = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    Thread keeper =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  ThreadSlots.slot().exit();
                  inside.countDown();
                  try {
                    leave.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    inside.await();
    Set<PinSlot> borrowed = Collections.newSetFromMap(new IdentityHashMap<>());
    Supplier<PinSlot> failingAccess =
        () -> {
          PinSlot slot = ThreadSlots.slot();
          try {
            slot.enterStraddling(table, table.byteSize - 1, 8, PageTable.READABLE);
            return slot;
          } finally {
            slot.exit();
            borrowed.add(slot);
          }
        };
    for (int i = 0; i < 40; i++) {
      Crew.join(
          withPlace(
              keeper.threadId() % TABLE,
              () -> assertThrows(IndexOutOfBoundsException.class, failingAccess::get)));
    }
    assertTrue(borrowed.size() <= FIRST_SPARES, borrowed.size() + " slots for 40 accesses");
    leave.countDown();
    Crew.join(keeper);
  }

  @Test
  void cursorsAreSeenWhileTheyLive() {
    PinSlot cursor = new PinSlot();
    registry.register(cursor);
    cursor.announce(table.base + 4096);
    assertTrue(registry.isAnyPinned(table));
    PageTable other = new PageTable(table.base + table.byteSize, 4096, 4096, 100, false);
    assertFalse(registry.isAnyPinned(other));
    cursor.exit();
    assertFalse(registry.isAnyPinned(table));
    assertEquals(1, registry.cursorCount());
  }

  @Test
  void bothEndsOfACopyAreSeen() {
    PageTable other = new PageTable(table.base + table.byteSize, 4096, 4096, 100, false);
    table.publish(3, PageState.WRITABLE);
    other.publish(0, PageState.WRITABLE);
    PinSlot slot = ThreadSlots.slot();
    slot.enterBoth(table, 3, other, 0);
    assertTrue(registry.isAnyPinned(table));
    assertTrue(registry.isAnyPinned(other));
    slot.exitBoth();
    assertFalse(registry.isAnyPinned(table));
    assertFalse(registry.isAnyPinned(other));
  }

  /** A started thread whose id has this remainder. */
  private static Thread withPlace(long place, Runnable task) {
    while (true) {
      Thread thread = Thread.ofPlatform().daemon().unstarted(task);
      if (thread.threadId() % TABLE == place) {
        thread.start();
        return thread;
      }
    }
  }
}
