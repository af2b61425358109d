package io.predicomp.arena.page;

import io.predicomp.os.Membarrier;
import java.lang.foreign.Arena;

/**
 * Makes every running thread of the process pass a full memory barrier: the evictor's half of the
 * protocol in {@link PinSlot}. Implementations are thread-safe.
 */
public interface ProcessBarrier {
  /** Returns once every other thread has passed a full barrier since the call. */
  void await();

  /** What it is, for statistics. */
  String name();

  /** The cheapest barrier this kernel offers. */
  static ProcessBarrier best() {
    return Membarrier.isSupported() ? membarrier() : handshake();
  }

  /** {@code membarrier(PRIVATE_EXPEDITED)}: interrupts the processors that run our threads. */
  static ProcessBarrier membarrier() {
    Membarrier.requireSupported();
    return new ProcessBarrier() {
      @Override
      public void await() {
        Membarrier.expedited();
      }

      @Override
      public String name() {
        return "membarrier";
      }
    };
  }

  /**
   * Closing a shared arena makes HotSpot stop every thread for a handshake, which includes a full
   * barrier: 22 µs beside a busy thread, where membarrier takes 9.5 (docs/measuring.md).
   */
  static ProcessBarrier handshake() {
    return new ProcessBarrier() {
      @Override
      @SuppressWarnings("MustBeClosedChecker") // closing it is the point
      public void await() {
        Arena.ofShared().close();
      }

      @Override
      public String name() {
        return "handshake";
      }
    };
  }
}
