package io.predicomp.arena.page;

import java.util.concurrent.locks.LockSupport;

/** Waits for another thread that needs some microseconds: spins, then yields, then parks. */
final class Backoff {
  private static final int SPINS = 256;
  private static final int YIELDS = 64;
  private static final long PARK_NANOS = 20_000;

  private int waits;

  /** Waits a little longer each time. */
  // Yielding matters when the other thread is waiting for this very processor.
  @SuppressWarnings("ThreadPriorityCheck")
  void pause() {
    if (waits < SPINS) {
      Thread.onSpinWait();
    } else if (waits < SPINS + YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(PARK_NANOS);
    }
    waits++;
  }
}
