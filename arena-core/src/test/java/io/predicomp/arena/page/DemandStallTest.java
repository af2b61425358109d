package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DemandStallTest {
  private static final long STALL_NANOS = 200_000;

  @Test
  void whenOneThreadIsActiveItsStallsAreAllStalls() {
    DemandStall stall = new DemandStall(() -> 1);
    stall.end(beginAndWait(stall));
    assertTrue(stall.fullNanos() >= STALL_NANOS, () -> "full " + stall.fullNanos());
    // `some` is counted in units of 64 ns.
    assertTrue(stall.fullNanos() <= stall.someNanos() + 64, () -> "some " + stall.someNanos());
  }

  @Test
  void whileAnotherThreadWorksNotAllAreStalled() {
    DemandStall stall = new DemandStall(() -> 2);
    stall.end(beginAndWait(stall));
    assertEquals(0, stall.fullNanos());
    assertTrue(stall.someNanos() >= STALL_NANOS - 64);
  }

  @Test
  void whatOverlapsIsTheTimeInWhichAllWere() {
    DemandStall stall = new DemandStall(() -> 2);
    long first = beginAndWait(stall);
    long second = beginAndWait(stall);
    stall.end(second);
    long full = stall.fullNanos();
    assertTrue(full >= STALL_NANOS, () -> "full " + full);
    spin();
    stall.end(first);
    assertEquals(full, stall.fullNanos(), "one was working again");
  }

  /** Whoever waits counts, known or not: there may be more of them than were seen active. */
  @Test
  void moreStalledThanActiveIsAllStalled() {
    DemandStall stall = new DemandStall(() -> 0);
    long first = beginAndWait(stall);
    long second = stall.begin();
    stall.end(first);
    spin();
    stall.end(second);
    assertTrue(stall.fullNanos() >= 2 * STALL_NANOS);
  }

  @Test
  void threadsThatWaitElsewhereAreIdle() throws InterruptedException {
    AccessorThreads threads = new AccessorThreads();
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform()
            .start(
                () -> {
                  threads.add();
                  threads.add();
                  both.countDown();
                  while (!stop.get()) {
                    Thread.onSpinWait();
                  }
                });
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  threads.add();
                  both.countDown();
                  try {
                    release.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    both.await();
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    int withBusy = threads.active(); // and those of other tests that have slots
    stop.set(true);
    busy.join();
    assertEquals(1, withBusy - threads.active(), "counted once, and no more when it is dead");
    release.countDown();
    waiting.join();
  }

  private static long beginAndWait(DemandStall stall) {
    long start = stall.begin();
    spin();
    return start;
  }

  private static void spin() {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < STALL_NANOS) {
      Thread.onSpinWait();
    }
  }
}
