package io.predicomp.arena.pool;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What one free and one store cost in a churned pool, and their tail. Prints the table of
 * docs/pool.md. Run with the Epsilon collector and a small heap, it also proves that nothing is
 * allocated per operation: 16 bytes each would exhaust the heap.
 */
final class StoreCost {
  private static final int OPERATIONS = 1 << 21;
  private static final int BATCH = 64;
  private static final int SMALL_COPY = 8;
  private static final long[] LATENCIES = new long[OPERATIONS];

  private StoreCost() {}

  public static void main(String[] args) {
    System.out.println(
        "| objects | copied | free ns | store ns | store p50 / p99 / p99.9 / max ns | drain ns |");
    System.out.println("|---|---|---|---|---|---|");
    for (int objects : new int[] {8_000, 64_000, 300_000}) {
      for (boolean whole : new boolean[] {false, true}) {
        measure(objects, whole);
      }
    }
  }

  /** Sizes vary as those of JSON pages do; with {@code whole} false they are 8 to 64 bytes. */
  private static void measure(int objects, boolean whole) {
    try (Arena arena = Arena.ofConfined();
        var pool = CompressedPool.create(8192L * objects)) {
      MemorySegment payload = arena.allocate(1 << 16);
      var random = new SplittableRandom(2);
      long[] handles = new long[objects];
      int[] lengths = new int[objects];
      for (int i = 0; i < objects; i++) {
        lengths[i] = length(random, whole);
        handles[i] = pool.store(i, payload, 0, lengths[i]);
      }
      int[] picks = new int[BATCH];
      long freeing = 0;
      long storing = 0;
      long draining = 0;
      for (int round = -1; round < 1; round++) {
        freeing = 0;
        storing = 0;
        draining = 0;
        for (int done = 0; done < OPERATIONS; done += BATCH) {
          for (int i = 0; i < BATCH; i++) {
            picks[i] = distinctPick(random, objects, i);
          }
          long t0 = System.nanoTime();
          for (int pick : picks) {
            pool.free(handles[pick], lengths[pick]);
          }
          long t1 = System.nanoTime();
          int _ = pool.drainFreed();
          long t2 = System.nanoTime();
          for (int pick : picks) {
            lengths[pick] = length(random, whole);
          }
          long before = System.nanoTime();
          long first = before;
          for (int i = 0; i < BATCH; i++) {
            int pick = picks[i];
            handles[pick] = pool.store(pick, payload, 0, lengths[pick]);
            long now = System.nanoTime();
            LATENCIES[done + i] = now - before;
            before = now;
          }
          freeing += t1 - t0;
          draining += t2 - t1;
          storing += before - first;
        }
      }
      Arrays.sort(LATENCIES);
      System.out.printf(
          Locale.ROOT,
          "| %d | %s | %d | %d | %d / %d / %d / %d | %d |%n",
          objects,
          whole ? "whole payloads" : "at most 64 bytes",
          freeing / OPERATIONS,
          storing / OPERATIONS,
          LATENCIES[OPERATIONS / 2],
          LATENCIES[(int) (OPERATIONS * 0.99)],
          LATENCIES[(int) (OPERATIONS * 0.999)],
          LATENCIES[OPERATIONS - 1],
          draining / OPERATIONS);
    }
  }

  /** One of the objects of this place in a batch: places have no object in common. */
  private static int distinctPick(SplittableRandom random, int objects, int place) {
    int perPlace = objects / BATCH;
    return place * perPlace + random.nextInt(perPlace);
  }

  private static int length(SplittableRandom random, boolean whole) {
    return whole ? SizeDistribution.JSON_4K.next(random) : random.nextInt(SMALL_COPY, 65);
  }
}
