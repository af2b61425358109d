package io.predicomp.bench.page;

import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does the pool cost beyond copying a payload to where it stays? One operation frees an object
 * at random and stores another of 1,024 to 3,072 bytes; freed slots are drained every {@value
 * #STEPS} operations. Raw: copies as many bytes to a random place that is always large enough.
 *
 * <pre>java -jar bench/target/benchmarks.jar PoolBenchmark -prof gc
 * java -cp bench/target/benchmarks.jar io.predicomp.bench.page.PoolBenchmark</pre>
 *
 * The second one runs them interleaved. How full the pool is and its latency tail: docs/pool.md.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PoolBenchmark {
  private static final int STEPS = 64;
  private static final int SHORTEST = 1024;
  private static final int LONGEST = 3072;

  /** Objects in the pool. */
  @Param({"30000", "300000"})
  public int objects;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Mapping payload = Mapping.anonymous(LONGEST);
  private Mapping slots;
  private CompressedPool pool;
  private long[] handles;
  private int[] lengths;

  @Setup
  public void fill() {
    payload.segment().fill((byte) 1);
    slots = Mapping.anonymous((long) objects * LONGEST, MemoryAdvice.NOHUGEPAGE);
    slots.segment().fill((byte) 1);
    pool = CompressedPool.create((long) objects * LONGEST);
    handles = new long[objects];
    lengths = new int[objects];
    for (int i = 0; i < objects; i++) {
      store(i);
    }
  }

  @TearDown
  public void close() {
    pool.close();
    slots.close();
    payload.close();
  }

  private void store(int i) {
    lengths[i] = random.nextInt(SHORTEST, LONGEST);
    handles[i] = pool.store(i, AddressSpace.ALL, payload.address(), lengths[i]);
    if (handles[i] < 0) {
      throw new IllegalStateException("the pool is full");
    }
  }

  @Benchmark
  @OperationsPerInvocation(STEPS)
  public long freeAndStore() {
    for (int step = 0; step < STEPS; step++) {
      int i = random.nextInt(objects);
      pool.free(handles[i], lengths[i]);
      store(i);
    }
    return pool.drainFreed();
  }

  @Benchmark
  @OperationsPerInvocation(STEPS)
  public long raw() {
    MemorySegment all = AddressSpace.ALL;
    long sum = 0;
    for (int step = 0; step < STEPS; step++) {
      long to = slots.address() + (long) random.nextInt(objects) * LONGEST;
      int length = random.nextInt(SHORTEST, LONGEST);
      MemorySegment.copy(all, payload.address(), all, to, length);
      sum += length;
    }
    return sum;
  }

  static void main() {
    for (int objects : new int[] {30_000, 300_000}) {
      PoolBenchmark both = new PoolBenchmark();
      both.objects = objects;
      both.fill();
      List<Contender> ways =
          List.of(
              new Contender("copy only", STEPS, both::raw),
              new Contender("pool", STEPS, both::freeAndStore));
      new Interleaved(60, 20).report("store, free in " + objects, 1, () -> ways);
      both.close();
    }
  }
}
