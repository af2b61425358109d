package io.predicomp.arena.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextPoolTest {
  private final AtomicLong created = new AtomicLong();

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 4", "8, 8", "9, 16"})
  void slotsAreRoundedUpToAPowerOfTwo(int minimum, int slots) {
    assertEquals(slots, new ContextPool(created::incrementAndGet, minimum).slots());
  }

  @Test
  void aReleasedSlotIsTakenAgainByItsThread() {
    ContextPool pool = new ContextPool(created::incrementAndGet, 8);
    int first = pool.claim();
    pool.release(first);

    assertEquals(first, pool.claim());
    assertEquals(1, created.get());
  }

  @Test
  void slotsHeldAtTheSameTimeDiffer() {
    ContextPool pool = new ContextPool(created::incrementAndGet, 2);

    int first = pool.claim();
    int second = pool.claim();

    assertNotEquals(first, second);
    assertNotEquals(pool.context(first), pool.context(second));
  }

  @Test
  void aPreallocatedPoolCreatesNothingLater() {
    ContextPool pool = new ContextPool(created::incrementAndGet, 4);
    pool.preallocate();
    for (int i = 0; i < 4; i++) {
      pool.claim();
    }

    assertEquals(4, created.get());
  }

  @Test
  void aContextThatCannotBeCreatedLeavesItsSlotFree() {
    ContextPool pool =
        new ContextPool(
            () -> {
              if (created.incrementAndGet() == 1) {
                throw new OutOfMemoryError("simulated");
              }
              return created.get();
            },
            1);

    assertThrows(OutOfMemoryError.class, pool::claim);
    assertEquals(2, pool.context(pool.claim()));
  }

  /** More threads than slots: each increments a plain counter that belongs to the slot. */
  @Test
  void oneThreadAtATimeHasASlotEvenWhenTheyRunOut() throws Exception {
    int threads = 8;
    int rounds = 50_000;
    ContextPool pool = new ContextPool(created::incrementAndGet, 2);
    long[] uses = new long[pool.slots() * 64];
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        running.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    int slot = pool.claim();
                    uses[slot * 64]++;
                    pool.release(slot);
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    assertEquals((long) threads * rounds, uses[0] + uses[64]);
    assertEquals(2, created.get());
  }
}
