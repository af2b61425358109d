package io.predicomp.arena.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Threads that repeat their work side by side until time is up or one of them fails, and until each
 * has ended a round at least: a thread that dies, or never gets to work, does not go unnoticed.
 * Whoever does not stop then is reported with its stack instead of being waited for.
 */
public final class Crew {
  private static final long JOIN_SECONDS = 120;

  /** How long a run goes on at most while it has not seen what it is there to see. */
  private static final long PATIENCE_SECONDS = 180;

  private static final long LOOK_MILLIS = 20;

  /** One round of a worker. */
  @FunctionalInterface
  public interface Round {
    void run() throws Exception;
  }

  /** Made by the worker's own thread, because cursors belong to theirs. */
  @FunctionalInterface
  public interface Worker {
    Round begin() throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch start = new CountDownLatch(1);
  private final CountDownLatch failed = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicInteger idle = new AtomicInteger(); // who has not ended a round
  private volatile boolean stopped;

  /** Adds a platform thread. */
  public Crew add(String name, Worker worker) {
    threads.add(Thread.ofPlatform().daemon().name(name).unstarted(() -> work(worker)));
    return this;
  }

  /** Adds {@code count} virtual threads. */
  public Crew addVirtual(String name, int count, Worker worker) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofVirtual().name(name, i).unstarted(() -> work(worker)));
    }
    return this;
  }

  private void work(Worker worker) {
    try {
      start.await();
      Round round = worker.begin();
      round.run();
      idle.decrementAndGet();
      while (!stopped) {
        round.run();
      }
    } catch (Throwable t) {
      failure.compareAndSet(null, t);
      failed.countDown();
    }
  }

  /**
   * Runs for a time, and longer until {@code enough} was seen: a run that saw nothing proves
   * nothing.
   *
   * @throws AssertionError if a worker failed or does not stop, or {@code enough} stays false
   */
  public void run(Duration duration, BooleanSupplier enough) throws InterruptedException {
    if (!runUntilFailure(duration, enough)) {
      return;
    }
    throw new AssertionError("a worker failed", failure.get());
  }

  /** As {@link #run}, but says whether a worker failed, for runs in which one should. */
  public boolean runUntilFailure(Duration duration, BooleanSupplier enough)
      throws InterruptedException {
    idle.set(threads.size());
    threads.forEach(Thread::start);
    start.countDown();
    long begin = System.nanoTime();
    boolean broken = failed.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    boolean satisfied = idle.get() == 0 && enough.getAsBoolean();
    while (!broken && !satisfied && System.nanoTime() - begin < PATIENCE_SECONDS * 1_000_000_000) {
      broken = failed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      satisfied = idle.get() == 0 && enough.getAsBoolean();
    }
    stopped = true;
    joinAll();
    if (failure.get() != null) {
      return true;
    }
    if (!satisfied) {
      throw new AssertionError(
          "not exposed enough within " + PATIENCE_SECONDS + " s; without a round: " + idle.get());
    }
    return false;
  }

  /** What the first failed worker threw, or null. */
  public Throwable failure() {
    return failure.get();
  }

  private void joinAll() throws InterruptedException {
    for (Thread thread : threads) {
      join(thread);
    }
  }

  /**
   * Joins a thread.
   *
   * @throws AssertionError with the thread's stack if it does not end
   */
  public static void join(Thread thread) throws InterruptedException {
    if (!thread.join(Duration.ofSeconds(JOIN_SECONDS))) {
      AssertionError error =
          new AssertionError(thread + " does not end within " + JOIN_SECONDS + " s; it is here:");
      error.setStackTrace(thread.getStackTrace());
      throw error;
    }
  }
}
