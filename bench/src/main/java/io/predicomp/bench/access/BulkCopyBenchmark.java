package io.predicomp.bench.access;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does copying resident memory out of a region cost next to copying the same bytes with
 * nothing in between? One operation copies {@link #kib} KiB, the next ones behind the last.
 *
 * <pre>java -jar bench/target/benchmarks.jar BulkCopyBenchmark -prof gc
 * java -cp bench/target/benchmarks.jar io.predicomp.bench.access.BulkCopyBenchmark</pre>
 *
 * The second one runs them interleaved.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class BulkCopyBenchmark {
  private static final long REGION_BYTES = 256L << 20;

  @Param({"64", "1024", "16384"})
  public int kib;

  private CompressedArena arena;
  private Region region;
  private Cursor cursor;
  private PinnedRange pinned;
  private Mapping target;
  private long bytes;
  private long next;

  @Setup
  public void open() {
    bytes = kib * 1024L;
    arena = CompressedArena.open(ArenaConfig.builder().build());
    region = arena.allocateRegion(REGION_BYTES);
    cursor = region.cursor();
    pinned = region.pin(0, REGION_BYTES);
    pinned.segment().fill((byte) 1);
    target = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE);
    target.segment().fill((byte) 2);
  }

  @TearDown
  public void close() {
    pinned.close();
    arena.close();
    target.close();
  }

  private long nextOffset() {
    long offset = next;
    next = (next + bytes) % REGION_BYTES;
    return offset;
  }

  /** From a range that was pinned long ago. */
  @Benchmark
  public long raw() {
    MemorySegment.copy(pinned.segment(), nextOffset(), target.segment(), 0, bytes);
    return next;
  }

  @Benchmark
  public long pinAndCopy() {
    try (PinnedRange range = region.pinReadOnly(nextOffset(), bytes)) {
      MemorySegment.copy(range.segment(), 0, target.segment(), 0, bytes);
    }
    return next;
  }

  @Benchmark
  public long regionCopyTo() {
    region.copyTo(nextOffset(), target.segment(), 0, bytes);
    return next;
  }

  @Benchmark
  public long cursorCopyTo() {
    cursor.copyTo(nextOffset(), target.segment(), 0, bytes);
    return next;
  }

  @Benchmark
  public long cursorCopyFrom() {
    cursor.copyFrom(nextOffset(), target.segment(), 0, bytes);
    return next;
  }

  @Benchmark
  public long rawCopyFrom() {
    MemorySegment.copy(target.segment(), 0, pinned.segment(), nextOffset(), bytes);
    return next;
  }

  static void main() {
    for (int kib : new int[] {64, 1024, 16_384}) {
      new Interleaved(60, 20).report("copy out " + kib + " KiB", 1, () -> copiesOut(kib));
      new Interleaved(60, 20).report("copy in " + kib + " KiB", 1, () -> copiesIn(kib));
    }
  }

  private static BulkCopyBenchmark opened(int kib) {
    BulkCopyBenchmark copies = new BulkCopyBenchmark();
    copies.kib = kib;
    copies.open();
    return copies;
  }

  private static List<Contender> copiesOut(int kib) {
    BulkCopyBenchmark copies = opened(kib);
    return List.of(
        new Contender("raw", 1, copies::raw),
        new Contender("pinned range", 1, copies::pinAndCopy),
        new Contender("region", 1, copies::regionCopyTo),
        new Contender("cursor", 1, copies::cursorCopyTo));
  }

  private static List<Contender> copiesIn(int kib) {
    BulkCopyBenchmark copies = opened(kib);
    return List.of(
        new Contender("raw", 1, copies::rawCopyFrom),
        new Contender("cursor", 1, copies::cursorCopyFrom));
  }
}
