package io.predicomp.arena.page;

import java.util.SplittableRandom;

/**
 * Fills the processor's store buffer with stores to memory that is in no cache: a pin stored next
 * waits behind them, which widens the very window that the barrier is there to close.
 */
final class StoreQueue {
  private static final int LONGS = 1 << 23; // 64 MiB, more than the caches hold
  private static final int STORES = 40; // store buffers have 42 to 72 entries

  private final long[] memory = new long[LONGS];
  private final SplittableRandom random = new SplittableRandom(1);
  private final int[] places = new int[STORES];

  void fill() {
    for (int i = 0; i < STORES; i++) {
      places[i] = random.nextInt(LONGS);
    }
    for (int i = 0; i < STORES; i++) {
      memory[places[i]] = i;
    }
  }
}
