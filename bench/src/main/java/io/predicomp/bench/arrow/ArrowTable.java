package io.predicomp.bench.arrow;

import static io.predicomp.bench.compare.Interleaved.median;
import static io.predicomp.bench.compare.Interleaved.ratios;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import io.predicomp.os.memory.SmapsRollup;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The same table of Arrow vectors in {@link Arena#ofShared} and in transparent memory: what it
 * holds when it is compressed, and the CPU time of scans, of the thread that scans.
 *
 * <pre>bench/run arrow</pre>
 */
public final class ArrowTable {
  private static final long ROWS = 4_000_000;
  private static final int ROUNDS = 7;
  private static final int FAILED = 1;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ArrowTable() {}

  static void main(String[] args) {
    long rows = args.length > 0 ? Long.parseLong(args[0]) : ROWS;
    ArenaConfig config = ArenaConfig.builder().poolLimit(1L << 30).build();
    TransparentArena.obstacle(config)
        .ifPresent(
            reason -> {
              System.err.println("predicomp: transparent mode cannot be used: " + reason);
              System.exit(FAILED);
            });
    long before = resident();
    try (BufferAllocator plainMemory = ArenaAllocations.allocator(Arena::ofShared);
        Orders plain = new Orders(plainMemory, rows)) {
      long plainBytes = resident() - before;
      System.out.printf(
          Locale.ROOT,
          "%d rows, %.1f MiB of values; plain: resident %.1f MiB%n",
          rows,
          mebi(plain.bytes()),
          mebi(plainBytes));
      try (CompressedArena arena = CompressedArena.open(config);
          BufferAllocator memory = ArenaAllocations.allocator(arena::openTransparent);
          Orders table = new Orders(memory, rows)) {
        System.out.printf(
            Locale.ROOT,
            "transparent: resident %.1f MiB%n",
            mebi(resident() - before - plainBytes));
        measure(arena, plain, table);
      }
    }
  }

  private static void measure(CompressedArena arena, Orders plain, Orders table) {
    long expected = plain.scan();
    long warm = resident();
    long pages = arena.compressAll();
    long saved = warm - resident();
    ArenaStats cold = arena.stats();
    System.out.printf(
        Locale.ROOT,
        "compressed: %d pages of %.1f MiB -> pool of %.1f MiB; resident %.1f MiB less"
            + " (%.1f %% saved)%n",
        pages,
        mebi(pages * cold.pageBytes()),
        mebi(cold.poolBytes()),
        mebi(saved),
        100.0 * saved / (pages * cold.pageBytes()));

    double[] raw = new double[ROUNDS];
    double[] inMemory = new double[ROUNDS];
    double[] fromPool = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      int at = Math.max(0, round); // round -1 warms up
      arena.compressAll();
      fromPool[at] = scan(table, expected);
      if (round % 2 == 0) {
        raw[at] = scan(plain, expected);
        inMemory[at] = scan(table, expected);
      } else {
        inMemory[at] = scan(table, expected);
        raw[at] = scan(plain, expected);
      }
    }
    print("scan of plain memory", raw, raw);
    print("scan, all pages in memory", inMemory, raw);
    print("scan, all pages compressed", fromPool, raw);
    ArenaStats stats = arena.stats();
    System.out.printf(
        Locale.ROOT,
        "%d demand restores, p50 %.2f µs, p99 %.2f µs%n",
        stats.demandRestores(),
        stats.stall().p50Nanos() / 1e3,
        stats.stall().p99Nanos() / 1e3);
  }

  private static double scan(Orders table, long expected) {
    long start = THREADS.getCurrentThreadCpuTime();
    long sum = table.scan();
    double millis = (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
    if (sum != expected) {
      throw new IllegalStateException("the table is not what was written to it");
    }
    return millis;
  }

  private static void print(String name, double[] millis, double[] raw) {
    System.out.printf(
        Locale.ROOT,
        "%-28s %8.1f ms of CPU  ratio %5.3f%n",
        name,
        median(millis),
        median(ratios(millis, raw)));
  }

  private static long resident() {
    System.gc(); // so that less of it is garbage
    return SmapsRollup.read().rssBytes();
  }

  private static double mebi(long bytes) {
    return bytes / 1048576.0;
  }
}
