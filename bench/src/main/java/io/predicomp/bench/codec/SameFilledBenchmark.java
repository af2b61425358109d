package io.predicomp.bench.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.predicomp.arena.codec.SameFilled;
import io.predicomp.os.address.AddressSpace;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * How is a same-filled page of 4 KiB recognised and filled most cheaply? Pages lie in the cache.
 *
 * <pre>java -jar bench/target/benchmarks.jar SameFilledBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class SameFilledBenchmark {
  private static final int PAGE = SamplePages.PAGE;
  private static final long WORD = 0x0102030405060708L;

  /** Where the page first differs from a same-filled one, in bytes; 4096: nowhere. */
  @Param({"8", "2048", "4096"})
  public int difference;

  private long address;
  private long filled;

  @Setup
  public void fillPage() {
    MemorySegment page = Arena.global().allocate(PAGE, PAGE);
    SameFilled.fill(page, 0, PAGE, WORD);
    if (difference < PAGE) {
      page.set(JAVA_BYTE, difference, (byte) 0);
    }
    address = page.address();
    filled = Arena.global().allocate(PAGE, PAGE).address();
  }

  @Benchmark
  public boolean recognise() {
    return SameFilled.isSameFilled(AddressSpace.ALL, address, PAGE);
  }

  /** An early exit per 256 bytes leaves an inner loop that the compiler can vectorise. */
  @Benchmark
  public boolean recogniseByBlock() {
    MemorySegment all = AddressSpace.ALL;
    long word = all.get(JAVA_LONG_UNALIGNED, address);
    for (int block = 0; block < PAGE; block += 256) {
      long difference = 0;
      for (int at = 0; at < 256; at += Long.BYTES) {
        difference |= all.get(JAVA_LONG_UNALIGNED, address + block + at) ^ word;
      }
      if (difference != 0) {
        return false;
      }
    }
    return true;
  }

  /** Equal to itself one word further on: every word equals the next one. */
  @Benchmark
  public boolean recogniseByMismatch() {
    MemorySegment all = AddressSpace.ALL;
    return MemorySegment.mismatch(
            all, address, address + PAGE - Long.BYTES, all, address + Long.BYTES, address + PAGE)
        < 0;
  }

  @Benchmark
  public void fill() {
    SameFilled.fill(AddressSpace.ALL, filled, PAGE, 0);
  }

  @Benchmark
  public void fillBySlice() {
    AddressSpace.ALL.asSlice(filled, PAGE).fill((byte) 0);
  }
}
