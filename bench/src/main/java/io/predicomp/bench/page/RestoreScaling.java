package io.predicomp.bench.page;

import io.predicomp.arena.Cursor;
import io.predicomp.bench.compare.Interleaved;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntToLongFunction;

/**
 * Do two threads restore different pages twice as fast as one? Bare LZ4 calls into discarded pages
 * tell how much the machine itself allows at that moment: the kernel's page faults do not scale
 * without limit, and other processes may hold a processor.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.page.RestoreScaling</pre>
 */
public final class RestoreScaling {
  private static final int PAGES = 160_000;
  private static final int BLOCK = 10_000;
  private static final int ROUNDS = 8;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final ArenaPages arena;
  private final BarePages bare;
  private final CyclicBarrier barrier = new CyclicBarrier(2);
  private int[] order = new int[0];

  /** Of a block that both threads shared: {@code [thread]}. */
  private final long[] starts = new long[2];

  private final long[] ends = new long[2];
  private final long[] cpu = new long[2];

  private RestoreScaling() {
    JsonPages contents = new JsonPages();
    arena = new ArenaPages(PAGES, contents);
    bare = BarePages.demoted(PAGES, contents);
  }

  static void main() throws InterruptedException {
    RestoreScaling scaling = new RestoreScaling();
    Thread second = new Thread(() -> scaling.work(1), "second");
    second.start();
    scaling.work(0);
    second.join();
    scaling.arena.close();
    scaling.bare.close();
  }

  private void work(int thread) {
    Cursor cursor = arena.region.cursor();
    IntToLongFunction viaCursor = page -> cursor.getLong(ArenaPages.offset(page));
    Figures bareFigures = new Figures();
    Figures arenaFigures = new Figures();
    for (int round = -1; round < ROUNDS; round++) {
      if (thread == 0) {
        arena.demoteAll();
        bare.drop(0, PAGES);
        order = Shuffle.of(PAGES, PAGES, new SplittableRandom(round));
      }
      for (int from = 0; from < PAGES; from += 2 * BLOCK) {
        compare(thread, from, bare::restore, bareFigures);
        compare(thread, from, viaCursor, arenaFigures);
      }
      if (round < 0) {
        bareFigures = new Figures();
        arenaFigures = new Figures();
      }
    }
    if (thread == 0) {
      bareFigures.print("bare LZ4");
      arenaFigures.print("arena");
    }
  }

  /** A block by one thread, and another by both. */
  private void compare(int thread, int from, IntToLongFunction touch, Figures figures) {
    await();
    if (thread == 0) {
      restore(0, from, from + BLOCK, touch);
      figures.alone(ends[0] - starts[0], cpu[0]);
    }
    int half = from + BLOCK + thread * BLOCK / 2;
    await();
    restore(thread, half, half + BLOCK / 2, touch);
    await();
    if (thread == 0) {
      long wall = Math.max(ends[0], ends[1]) - Math.min(starts[0], starts[1]);
      figures.together(wall, cpu[0] + cpu[1]);
    }
  }

  private void restore(int thread, int from, int to, IntToLongFunction touch) {
    long cpuStart = CPU.getCurrentThreadCpuTime();
    starts[thread] = System.nanoTime();
    for (int i = from; i < to; i++) {
      if (touch.applyAsLong(order[i]) != JsonPages.firstWord(order[i])) {
        throw new IllegalStateException("page " + order[i] + " came back wrong");
      }
    }
    ends[thread] = System.nanoTime();
    cpu[thread] = CPU.getCurrentThreadCpuTime() - cpuStart;
  }

  private void await() {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("the other thread failed", e);
    }
  }

  /** Nanoseconds a page, block by block. */
  private static final class Figures {
    private final double[] aloneWall = new double[ROUNDS * PAGES / (2 * BLOCK)];
    private final double[] aloneCpu = aloneWall.clone();
    private final double[] togetherWall = aloneWall.clone();
    private final double[] togetherCpu = aloneWall.clone();
    private int blocks;

    void alone(long wall, long cpu) {
      aloneWall[blocks] = (double) wall / BLOCK;
      aloneCpu[blocks] = (double) cpu / BLOCK;
    }

    void together(long wall, long cpu) {
      togetherWall[blocks] = (double) wall / BLOCK;
      togetherCpu[blocks] = (double) cpu / BLOCK;
      blocks++;
    }

    void print(String name) {
      System.out.printf(
          Locale.ROOT,
          "%-10s one thread %.0f ns a page; two threads: throughput %.2f times (best quarter of"
              + " blocks %.2f, of minima %.2f), CPU time a page %.2f times%n",
          name,
          Interleaved.median(aloneWall),
          Interleaved.median(Interleaved.ratios(aloneWall, togetherWall)),
          Interleaved.quantile(Interleaved.ratios(aloneWall, togetherWall), 0.75),
          Interleaved.quantile(aloneWall, 0) / Interleaved.quantile(togetherWall, 0),
          Interleaved.median(Interleaved.ratios(togetherCpu, aloneCpu)));
    }
  }
}
