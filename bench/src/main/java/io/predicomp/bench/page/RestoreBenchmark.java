package io.predicomp.bench.page;

import io.predicomp.arena.Cursor;
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
 * What does a page cost that is compressed when it is touched? One invocation touches every page of
 * a region once, in random order; before it all of them are compressed again, which is not timed
 * (but counted by {@code -prof gc}, so that its zero holds for demotion too).
 *
 * <pre>java -jar bench/target/benchmarks.jar RestoreBenchmark -prof gc</pre>
 *
 * Percentiles: {@link RestoreRatios}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class RestoreBenchmark {
  private static final int PAGES = 16_384;

  private ArenaPages arena;
  private BarePages bare;
  private Cursor cursor;
  private int[] order;

  @Setup
  public void open() {
    JsonPages contents = new JsonPages();
    arena = new ArenaPages(PAGES, contents);
    bare = BarePages.demoted(PAGES, contents);
    cursor = arena.region.cursor();
    order = Shuffle.of(PAGES, PAGES, new SplittableRandom(1));
  }

  @Setup(Level.Invocation)
  public void demote() {
    arena.demote(0, PAGES);
    bare.drop(0, PAGES);
  }

  @TearDown
  public void close() {
    arena.close();
    bare.close();
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public long bareRead() {
    long sum = 0;
    for (int page : order) {
      sum += bare.restore(page);
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public long cursorRead() {
    long sum = 0;
    for (int page : order) {
      sum += cursor.getLong(ArenaPages.offset(page));
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void cursorWrite() {
    for (int page : order) {
      cursor.setLong(ArenaPages.offset(page), page);
    }
  }
}
