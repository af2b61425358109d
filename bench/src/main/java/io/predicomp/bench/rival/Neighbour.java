package io.predicomp.bench.rival;

import java.util.SplittableRandom;

/**
 * A second thread of the process that computes on memory of its own while pages are put away: every
 * page table entry that changes then has to be flushed on its processor as well.
 */
final class Neighbour implements AutoCloseable {
  private static final int WORDS = 1 << 20;

  private final Thread thread =
      Thread.ofPlatform().name("neighbour").daemon().unstarted(this::work);
  private volatile boolean working;
  private volatile boolean stop;

  /** A neighbour that is at work. */
  Neighbour() {
    thread.start();
    while (!working) {
      Thread.onSpinWait();
    }
  }

  private void work() {
    long[] words = new long[WORDS];
    SplittableRandom random = new SplittableRandom(1);
    working = true;
    while (!stop) {
      for (int i = 0; i < 1024; i++) {
        words[random.nextInt(WORDS)] += i;
      }
    }
  }

  @Override
  public void close() {
    stop = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
