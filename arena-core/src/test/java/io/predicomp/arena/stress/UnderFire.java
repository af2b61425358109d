package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Threads that work on something until an exception tells them that it was closed. What ended each
 * of them is kept.
 */
final class UnderFire {
  private static final int WARM_UP_ROUNDS = 200;
  private static final long PATIENCE_SECONDS = 120;

  private final Queue<Throwable> ends = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<CountDownLatch> warm = new ArrayList<>();

  /** Starts a thread that repeats its rounds until one throws. */
  UnderFire add(String name, Crew.Worker worker) {
    CountDownLatch rounds = new CountDownLatch(WARM_UP_ROUNDS);
    warm.add(rounds);
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(
                () -> {
                  try {
                    Crew.Round round = worker.begin();
                    while (true) {
                      round.run();
                      rounds.countDown();
                    }
                  } catch (Throwable t) {
                    ends.add(t);
                  }
                }));
    return this;
  }

  /**
   * Closes as soon as everybody is at work and {@code enough} was seen.
   *
   * @throws AssertionError if a thread was ended by anything but an {@link IllegalStateException},
   *     or does not end
   */
  void close(BooleanSupplier enough, Runnable close) throws InterruptedException {
    awaitWarm(enough);
    close.run();
    for (Thread thread : threads) {
      Crew.join(thread);
    }
    requireNoOtherEnd();
    assertEquals(threads.size(), ends.size());
  }

  private void requireNoOtherEnd() {
    for (Throwable end : ends) {
      if (!(end instanceof IllegalStateException)) {
        throw new AssertionError("ended by something else than the close", end);
      }
    }
  }

  private void awaitWarm(BooleanSupplier enough) throws InterruptedException {
    long begin = System.nanoTime();
    for (CountDownLatch rounds : warm) {
      while (!rounds.await(10, TimeUnit.MILLISECONDS) || !enough.getAsBoolean()) {
        requireNoOtherEnd();
        if (!ends.isEmpty() || System.nanoTime() - begin > PATIENCE_SECONDS * 1_000_000_000) {
          throw new AssertionError("not exposed in time, or ended before the close: " + ends);
        }
      }
    }
  }

  /** Runs all of them at once, and throws what one of them throws. */
  static void atOnce(List<Runnable> actions) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (Runnable action : actions) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      start.await();
                      action.run();
                    } catch (Throwable t) {
                      failures.add(t);
                    }
                  }));
    }
    start.countDown();
    for (Thread thread : threads) {
      Crew.join(thread);
    }
    for (Throwable failure : failures) {
      throw new AssertionError("one of them failed", failure);
    }
  }
}
