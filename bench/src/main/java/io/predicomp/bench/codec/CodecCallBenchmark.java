package io.predicomp.bench.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
 * Which way of calling a codec from Java costs least per page? One operation is one page of 4 KiB,
 * a different one each time.
 *
 * <pre>java -jar bench/target/benchmarks.jar CodecCallBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Xmx512m"
    })
public class CodecCallBenchmark {
  /** Room for a page that grows, a multiple of 8 to keep it aligned. */
  private static final int SLOT = SamplePages.PAGE + 1024;

  @Param({"lz4", "zstd"})
  public String codec;

  @Param({"api", "ffm", "air-native", "air-java"})
  public String way;

  @Param({"json", "mixed", "modules"})
  public String pages;

  private final Arena arena = Arena.ofShared();
  private final int[] lengths = new int[SamplePages.COUNT];
  private PageCalls compression;
  private PageCalls decompression;
  private int next;

  @Setup
  public void compressAll() {
    MemorySegment originals = SamplePages.load(arena, pages);
    MemorySegment compressed = arena.allocate((long) SamplePages.COUNT * SLOT, 64);
    MemorySegment copy = arena.allocate(SamplePages.PAGE, SamplePages.PAGE);
    compression = PageCalls.of(codec, way, originals, compressed);
    decompression = PageCalls.of(codec, way, compressed, copy);
    long total = 0;
    for (int page = 0; page < SamplePages.COUNT; page++) {
      lengths[page] = compress(page);
      total += lengths[page];
      if (decompress(page) != SamplePages.PAGE
          || originals.asSlice((long) page * SamplePages.PAGE, SamplePages.PAGE).mismatch(copy)
              >= 0) {
        throw new AssertionError("page " + page + " does not come back");
      }
    }
    System.out.printf("ratio %.3f%n", (double) SamplePages.COUNT * SamplePages.PAGE / total);
  }

  @TearDown
  public void free() {
    arena.close();
  }

  @Benchmark
  public int compress() {
    return compress(nextPage());
  }

  @Benchmark
  public int decompress() {
    return decompress(nextPage());
  }

  private int nextPage() {
    next = (next + 1) % SamplePages.COUNT;
    return next;
  }

  private int compress(int page) {
    return compression.compress(page * SamplePages.PAGE, SamplePages.PAGE, page * SLOT, SLOT);
  }

  private int decompress(int page) {
    return decompression.decompress(page * SLOT, lengths[page], 0, SamplePages.PAGE);
  }
}
