package io.predicomp.bench.access;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import java.lang.foreign.MemorySegment;
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
 * What does an access of 8 bytes to a resident page cost? The raw segment is a view of the same
 * memory, so that TLB and cache cost both the same.
 *
 * <pre>java -jar bench/target/benchmarks.jar AccessBenchmark -t 1 -prof gc
 * java -jar bench/target/benchmarks.jar AccessBenchmark.*Read -p kib=8388608</pre>
 *
 * The second one needs 9 GiB of memory. {@link AccessRatios} runs the same methods interleaved.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class AccessBenchmark {
  static final int ACCESSES = 1024;

  /** 256: lies in the L2 cache. */
  @Param({"256", "262144"})
  public int kib;

  CompressedArena arena;
  Region region;
  PinnedRange pinned;
  MemorySegment raw;
  private long mask;

  @Setup
  public void open() {
    open(ArenaConfig.builder().build());
  }

  void open(ArenaConfig config) {
    long bytes = kib * 1024L;
    arena = CompressedArena.open(config);
    region = arena.allocateRegion(bytes);
    mask = bytes - Long.BYTES; // a power of two: any aligned offset
    for (long at = 0; at < bytes; at += Long.BYTES) {
      region.setLong(at, at);
    }
    pinned = region.pinShared(0, bytes);
    raw = pinned.segment();
  }

  @TearDown
  public void close() {
    pinned.close();
    arena.close();
  }

  /** What belongs to one thread. */
  @State(Scope.Thread)
  public static class Own {
    Cursor cursor;
    long random = Thread.currentThread().threadId();
    long at;

    @Setup
    public void open(AccessBenchmark shared) {
      cursor = shared.region.cursor();
    }
  }

  /**
   * Marsaglia's xorshift. Not a linear congruence: unrolling a loop, C2 folds the steps of one into
   * independent multiplications, but only where nothing orders the iterations, which would make raw
   * accesses look better than any program's are.
   */
  static long next(long random) {
    long x = random ^ (random << 13);
    x ^= x >>> 7;
    return x ^ (x << 17);
  }

  private static long offset(long random, long mask) {
    return (random >>> 24) & mask;
  }

  // Each loop keeps its fields in locals: an access orders memory, so fields would be loaded again
  // after each of ours, and only of ours.

  /** The loop without an access: what of every figure is not the access. */
  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long nothing(Own own) {
    long mask = this.mask;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += offset(random, mask);
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long rawRead(Own own) {
    long mask = this.mask;
    MemorySegment segment = raw;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += segment.get(JAVA_LONG_UNALIGNED, offset(random, mask));
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long cursorRead(Own own) {
    long mask = this.mask;
    Cursor cursor = own.cursor;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += cursor.getLong(offset(random, mask));
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long regionRead(Own own) {
    Region region = this.region;
    long mask = this.mask;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += region.getLong(offset(random, mask));
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long rawWrite(Own own) {
    long mask = this.mask;
    MemorySegment segment = raw;
    long random = own.random;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      segment.set(JAVA_LONG_UNALIGNED, offset(random, mask), random);
    }
    own.random = random;
    return random;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long cursorWrite(Own own) {
    long mask = this.mask;
    Cursor cursor = own.cursor;
    long random = own.random;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      cursor.setLong(offset(random, mask), random);
    }
    own.random = random;
    return random;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long regionWrite(Own own) {
    Region region = this.region;
    long mask = this.mask;
    long random = own.random;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      region.setLong(offset(random, mask), random);
    }
    own.random = random;
    return random;
  }

  // Adding to a word: a read and a write in one access.

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long rawAdd(Own own) {
    long mask = this.mask;
    MemorySegment segment = raw;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      long at = offset(random, mask);
      long value = segment.get(JAVA_LONG_UNALIGNED, at) + 1;
      segment.set(JAVA_LONG_UNALIGNED, at, value);
      sum += value;
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long cursorAdd(Own own) {
    long mask = this.mask;
    Cursor cursor = own.cursor;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += cursor.addLong(offset(random, mask), 1);
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long regionAdd(Own own) {
    long mask = this.mask;
    Region region = this.region;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += region.addLong(offset(random, mask), 1);
    }
    own.random = random;
    return sum;
  }

  /** What {@link #cursorAdd} does, in two accesses. */
  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long cursorGetAndSet(Own own) {
    long mask = this.mask;
    Cursor cursor = own.cursor;
    long random = own.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      long at = offset(random, mask);
      long value = cursor.getLong(at) + 1;
      cursor.setLong(at, value);
      sum += value;
    }
    own.random = random;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long rawScan(Own own) {
    long mask = this.mask;
    MemorySegment segment = raw;
    long at = own.at;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      sum += segment.get(JAVA_LONG_UNALIGNED, at);
      at = (at + Long.BYTES) & mask;
    }
    own.at = at;
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ACCESSES)
  public long cursorScan(Own own) {
    long mask = this.mask;
    Cursor cursor = own.cursor;
    long at = own.at;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      sum += cursor.getLong(at);
      at = (at + Long.BYTES) & mask;
    }
    own.at = at;
    return sum;
  }
}
