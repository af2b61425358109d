package io.predicomp.arena.pool;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A pool filled to some payload, then churned: each step frees one object at random and stores
 * another. Every 64 steps the owner drains and, if too much lies vacant, compacts by at most 64
 * moves. The figures are of the second half.
 *
 * <p>{@code main} prints the table of docs/pool.md.
 */
record SteadyState(
    double filled,
    double mean,
    double most,
    double vacant,
    double cached,
    double metadata,
    double inSlots,
    double movesPerStore,
    double nanosPerStep) {

  private static final int BATCH = 64;
  private static final double COMPACT_ABOVE = 0.015;
  private static final int TURNOVERS = 10;

  static SteadyState run(SizeDistribution sizes, long payloadBytes) {
    try (Arena arena = Arena.ofConfined();
        var pool = CompressedPool.create(4 * payloadBytes)) {
      var random = new SplittableRandom(1);
      MemorySegment payload = arena.allocate(1 << 16);
      int most = (int) (payloadBytes / 100) + 1;
      long[] handles = new long[most];
      int[] lengths = new int[most];
      int count = 0;
      while (pool.payloadBytes() < payloadBytes) {
        lengths[count] = sizes.next(random);
        handles[count] = pool.store(count, payload, 0, lengths[count]);
        count++;
      }
      double filled = ratio(pool);

      Relocator relocator =
          (owner, from, to, length) -> {
            handles[(int) owner] = to;
            return true;
          };
      long steps = (long) count * TURNOVERS;
      long half = steps / 2;
      long moves = 0;
      double sum = 0;
      double worst = 0;
      int samples = 0;
      long start = 0;
      for (long step = 0; step < steps; step++) {
        if (step == half) {
          moves = 0;
          start = System.nanoTime();
        }
        int index = random.nextInt(count);
        pool.free(handles[index], lengths[index]);
        lengths[index] = sizes.next(random);
        handles[index] = pool.store(index, payload, 0, lengths[index]);
        if (step % BATCH == BATCH - 1) {
          int _ = pool.drainFreed();
          if (pool.fragmentedBytes() > COMPACT_ABOVE * pool.poolBytes()) {
            moves += pool.compact(relocator, BATCH);
          }
          if (step >= half) {
            sum += ratio(pool);
            worst = Math.max(worst, ratio(pool));
            samples++;
          }
        }
      }
      double nanos = System.nanoTime() - start;
      pool.checkInvariants();
      double payloadNow = pool.payloadBytes();
      return new SteadyState(
          filled,
          sum / samples,
          worst,
          pool.fragmentedBytes() / payloadNow,
          (pool.freeBytes() - pool.fragmentedBytes()) / payloadNow,
          pool.metadataBytes() / payloadNow,
          (pool.poolBytes() - pool.freeBytes() - pool.metadataBytes() - payloadNow) / payloadNow,
          (double) moves / (steps - half),
          nanos / (steps - half));
    }
  }

  private static double ratio(CompressedPool pool) {
    return (double) pool.poolBytes() / pool.payloadBytes();
  }

  public static void main(String[] args) {
    System.out.println(
        "| sizes | payload MiB | filled | mean | most | vacant | cached | metadata | in slots"
            + " | moves per store |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (SizeDistribution sizes : SizeDistribution.values()) {
      for (int mebibytes : new int[] {1, 16, 128}) {
        SteadyState s = run(sizes, (long) mebibytes << 20);
        System.out.printf(
            Locale.ROOT,
            "| %s | %d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |%n",
            sizes,
            mebibytes,
            s.filled,
            s.mean,
            s.most,
            s.vacant,
            s.cached,
            s.metadata,
            s.inSlots,
            s.movesPerStore);
      }
    }
  }
}
