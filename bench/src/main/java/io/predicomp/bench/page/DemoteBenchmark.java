package io.predicomp.bench.page;

import io.predicomp.arena.Cursor;
import io.predicomp.bench.compare.Interleaved;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
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
 * java -cp bench/target/benchmarks.jar io.predicomp.bench.page.DemoteBenchmark</pre>
 *
 * The second one runs them interleaved, in CPU time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DemoteBenchmark {
  private static final int PAGES = 4096;

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

  static void main() {
    int rounds = 60;
    int warmUp = 20;
    double[] bareCosts = new double[rounds];
    double[] arenaCosts = new double[rounds];
    DemoteBenchmark both = new DemoteBenchmark();
    both.open();
    for (int round = -warmUp; round < rounds; round++) {
      both.restore();
      boolean bareFirst = round % 2 == 0;
      double first = cost(bareFirst ? both::bare : both::arena);
      double second = cost(bareFirst ? both::arena : both::bare);
      if (round >= 0) {
        bareCosts[round] = bareFirst ? first : second;
        arenaCosts[round] = bareFirst ? second : first;
      }
    }
    both.arena.requireNoneResident();
    both.close();
    Interleaved.print("demote", "bare", bareCosts, bareCosts);
    Interleaved.print("demote", "arena", arenaCosts, bareCosts);
  }

  /** CPU nanoseconds a page. */
  private static double cost(Runnable demotion) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    demotion.run();
    return (double) (threads.getCurrentThreadCpuTime() - start) / PAGES;
  }
}
