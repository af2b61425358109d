package io.predicomp.bench.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.bench.compare.Interleaved;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntToLongFunction;

/**
 * How long a touch of a transparent page takes that is not in memory, and whether two threads touch
 * such pages twice as fast as one: next to bare LZ4 calls into discarded pages, in turn every few
 * thousand pages.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.page.TransparentRestore [pages]
 * </pre>
 */
public final class TransparentRestore {
  private static final int BLOCK = 4_000;
  private static final int ROUNDS = 3;

  private final int pages;
  private final CompressedArena arena;
  private final MemorySegment segment;
  private final BarePages bare;
  private final CyclicBarrier barrier = new CyclicBarrier(2);
  private int[] order = {};

  private TransparentRestore(int pages) {
    this.pages = pages;
    JsonPages contents = new JsonPages();
    arena =
        CompressedArena.open(
            ArenaConfig.builder().poolLimit((long) pages * JsonPages.PAGE).build());
    segment = arena.transparent().allocate((long) pages * JsonPages.PAGE, JsonPages.PAGE);
    for (int page = 0; page < pages; page++) {
      contents.write(page, segment.address() + ArenaPages.offset(page));
    }
    bare = BarePages.demoted(pages, contents);
  }

  static void main(String[] args) throws InterruptedException {
    int pages = args.length > 0 ? Integer.parseInt(args[0]) : 96_000;
    TransparentRestore restore = new TransparentRestore(pages);
    restore.latencies("warm-up", restore::read);
    restore.latencies("read", restore::read);
    restore.latencies("write", restore::write);
    restore.scaling("bare LZ4", restore.bare::restore);
    restore.scaling("transparent", restore::read);
    restore.arena.close();
    restore.bare.close();
  }

  private long read(int page) {
    return segment.get(JAVA_LONG, ArenaPages.offset(page));
  }

  private long write(int page) {
    segment.set(JAVA_LONG, ArenaPages.offset(page), JsonPages.firstWord(page));
    return JsonPages.firstWord(page);
  }

  private void demoteAll(int round) {
    arena.compressAll();
    if (arena.stats().pages().resident() != 0) {
      throw new IllegalStateException(arena.stats().pages() + ": pages stayed");
    }
    bare.drop(0, pages);
    order = Shuffle.of(pages, pages, new SplittableRandom(round));
  }

  private void latencies(String what, IntToLongFunction touch) {
    Latencies bareTimes = new Latencies();
    Latencies times = new Latencies();
    long[] nanos = new long[BLOCK];
    for (int round = 0; round < ROUNDS; round++) {
      demoteAll(round);
      for (int from = 0; from + BLOCK <= pages; from += BLOCK) {
        boolean bareFirst = from / BLOCK % 2 == 0;
        for (int turn = 0; turn < 2; turn++) {
          boolean isBare = bareFirst == (turn == 0);
          IntToLongFunction way = isBare ? bare::restore : touch;
          for (int i = 0; i < BLOCK; i++) {
            int page = order[from + i];
            long start = System.nanoTime();
            long word = way.applyAsLong(page);
            nanos[i] = System.nanoTime() - start;
            require(page, word);
          }
          (isBare ? bareTimes : times).add(nanos);
        }
      }
    }
    bareTimes.print(what + ": bare LZ4", bareTimes);
    times.print(what + ": transparent", bareTimes);
  }

  private static void require(int page, long word) {
    if (word != JsonPages.firstWord(page)) {
      throw new IllegalStateException("page " + page + " came back wrong");
    }
  }

  /** A block by one thread, then one of the same size by two. */
  private void scaling(String what, IntToLongFunction touch) throws InterruptedException {
    int blocks = ROUNDS * (pages / (2 * BLOCK));
    double[] alone = new double[blocks];
    double[] together = new double[blocks];
    int block = 0;
    for (int round = 0; round < ROUNDS; round++) {
      demoteAll(round);
      for (int from = 0; from + 2 * BLOCK <= pages; from += 2 * BLOCK, block++) {
        alone[block] = time(from, BLOCK, touch);
        int half = from + BLOCK;
        Thread other =
            Thread.ofPlatform()
                .start(
                    () -> {
                      await();
                      time(half, BLOCK / 2, touch);
                      await();
                    });
        await();
        long start = System.nanoTime();
        time(half + BLOCK / 2, BLOCK / 2, touch);
        await();
        together[block] = System.nanoTime() - start;
        other.join();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-12s one thread %.2f µs a page; two threads: throughput %.2f times (best quarter of"
            + " blocks %.2f, of minima %.2f)%n",
        what,
        Interleaved.median(alone) / BLOCK / 1000,
        Interleaved.median(Interleaved.ratios(alone, together)),
        Interleaved.quantile(Interleaved.ratios(alone, together), 0.75),
        Interleaved.quantile(alone, 0) / Interleaved.quantile(together, 0));
  }

  private double time(int from, int count, IntToLongFunction touch) {
    long start = System.nanoTime();
    for (int i = from; i < from + count; i++) {
      require(order[i], touch.applyAsLong(order[i]));
    }
    return System.nanoTime() - start;
  }

  private void await() {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("the other thread failed", e);
    }
  }
}
