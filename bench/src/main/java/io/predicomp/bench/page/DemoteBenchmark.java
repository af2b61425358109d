package io.predicomp.bench.page;

import io.predicomp.arena.Cursor;
import io.predicomp.bench.compare.Interleaved;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to demote a page that was written? The bare way compresses {@link
 * BarePages#BATCH} pages where they lie and discards them in one call. Before each invocation all
 * pages are restored, which is not timed.
 *
 * <pre>java -jar bench/target/benchmarks.jar DemoteBenchmark -prof gc
 * java -cp bench/target/benchmarks.jar io.predicomp.bench.page.DemoteBenchmark [pages]</pre>
 *
 * The second one runs them interleaved, in CPU time, and then demotes as many pages scattered over
 * a region of {@code pages} (by default 65,536; 2097152 are 8 GiB); and it says what the last call
 * of each allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DemoteBenchmark {
  private static final int PAGES = 4096;
  private static final int ROUNDS = 60;

  /** Long, because what runs once a batch is compiled late. */
  private static final int WARM_UP = 150;

  private ArenaPages arena;
  private BarePages bare;
  private Cursor cursor;

  @Setup
  public void open() {
    JsonPages contents = new JsonPages();
    arena = new ArenaPages(PAGES, contents);
    bare = BarePages.demoted(PAGES, contents);
    cursor = arena.region.cursor();
  }

  @Setup(Level.Invocation)
  public void restore() {
    for (int page = 0; page < PAGES; page++) {
      cursor.setLong(ArenaPages.offset(page), JsonPages.firstWord(page));
      bare.restore(page);
    }
  }

  @TearDown
  public void close() {
    arena.close();
    bare.close();
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void bare() {
    bare.demote(0, PAGES);
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void arena() {
    arena.demote(0, PAGES);
  }

  static void main(String[] args) {
    new DemoteBenchmark().compareWhole();
    compareScattered(args.length > 0 ? Integer.parseInt(args[0]) : 16 * PAGES);
  }

  private void restoreAndEmpty() {
    restore();
    long _ = arena.arena.compactPool();
  }

  /**
   * The whole region goes at once, where the pool still has the memory of what was restored, and
   * where it has given that back.
   */
  private void compareWhole() {
    open();
    compare("demote whole region", this::restore, this::bare, this::arena);
    compare("into an empty pool", this::restoreAndEmpty, this::bare, this::arena);
    arena.requireNoneResident();
    close();
  }

  /** Pages written here and there in a larger region, as a program would. */
  private static void compareScattered(int regionPages) {
    JsonPages contents = new JsonPages();
    SplittableRandom random = new SplittableRandom(1);
    int[][] picks = new int[64][];
    for (int i = 0; i < picks.length; i++) {
      picks[i] = Shuffle.of(regionPages, PAGES, random);
      Arrays.sort(picks[i]); // the arena goes through a region in address order
    }
    try (ArenaPages arena = new ArenaPages(regionPages, contents);
        BarePages bare = BarePages.demoted(regionPages, contents)) {
      Cursor cursor = arena.region.cursor();
      int[] next = {0};
      Runnable restore =
          () -> {
            next[0] = (next[0] + 1) % picks.length;
            for (int page : picks[next[0]]) {
              cursor.setLong(ArenaPages.offset(page), JsonPages.firstWord(page));
              bare.restore(page);
            }
          };
      compare(
          PAGES + " of " + regionPages,
          restore,
          () -> bare.demoteAgain(picks[next[0]]),
          () -> arena.demote(0, regionPages));
      arena.requireNoneResident();
    }
  }

  /** Bytes that each call allocates on the heap, once everything is compiled: 0. */
  private static long allocated(Runnable demotion) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    demotion.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void compare(String title, Runnable restore, Runnable bare, Runnable arena) {
    double[] bareCosts = new double[ROUNDS];
    double[] arenaCosts = new double[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      restore.run();
      boolean bareFirst = round % 2 == 0;
      double first = cost(bareFirst ? bare : arena);
      double second = cost(bareFirst ? arena : bare);
      if (round >= 0) {
        bareCosts[round] = bareFirst ? first : second;
        arenaCosts[round] = bareFirst ? second : first;
      }
    }
    Interleaved.print(title, "bare", bareCosts, bareCosts);
    Interleaved.print(title, "arena", arenaCosts, bareCosts);
    restore.run();
    System.out.println(title + ": " + allocated(arena) + " bytes allocated by the last call");
  }

  /** CPU nanoseconds a page. */
  private static double cost(Runnable demotion) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    demotion.run();
    return (double) (threads.getCurrentThreadCpuTime() - start) / PAGES;
  }
}
