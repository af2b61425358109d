package io.predicomp.arena.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What every {@link PageCodec} must do. Extend it for a codec of your own; JUnit and jqwik must
 * both be on the test path.
 */
public abstract class PageCodecContract {
  private static final int PAGE = 4096;

  /** {@return the codec under test; always the same instance} */
  protected abstract PageCodec codec();

  /** {@return a capacity that {@code length} bytes always fit into once compressed, in bytes} */
  protected int ampleCapacity(int length) {
    return length + length / 8 + 1024;
  }

  @Provide
  Arbitrary<byte[]> pages() {
    Arbitrary<Integer> lengths =
        Arbitraries.oneOf(
            Arbitraries.of(PAGE, PAGE, 4 * PAGE, 16 * PAGE),
            Arbitraries.integers().between(1, 9000));
    return contents(lengths);
  }

  @Provide
  Arbitrary<byte[]> smallPages() {
    return contents(Arbitraries.just(PAGE));
  }

  private static Arbitrary<byte[]> contents(Arbitrary<Integer> lengths) {
    return Combinators.combine(Arbitraries.of(PageContents.class), lengths, Arbitraries.longs())
        .as(PageContents::bytes);
  }

  @Property(tries = 300)
  void whatIsCompressedIsRestored(@ForAll("pages") byte[] page) {
    assertArrayEquals(page, restored(compressed(page), page.length));
  }

  @Property(tries = 200)
  void compressedBytesStayWithinTheCapacity(
      @ForAll("smallPages") byte[] page, @ForAll @IntRange(max = PAGE) int capacity) {
    try (Arena arena = Arena.ofConfined()) {
      Fenced source = Fenced.holding(arena, page);
      Fenced target = new Fenced(arena, capacity);

      int length =
          codec()
              .compress(
                  source.segment(),
                  source.offset(),
                  page.length,
                  target.segment(),
                  target.offset(),
                  capacity);

      assertTrue(length >= 0 && length <= capacity, () -> length + " of " + capacity);
      source.assertFenceIntact();
      target.assertFenceIntact();
      assertArrayEquals(page, source.bytes());
      if (length > 0) {
        assertArrayEquals(page, restored(target.bytes(length), page.length));
      }
    }
  }

  @Property(tries = 100)
  void aPageThatDidNotFitDisturbsNoLaterOne(
      @ForAll("pages") byte[] first, @ForAll("pages") byte[] second) {
    try (Arena arena = Arena.ofConfined()) {
      Fenced source = Fenced.holding(arena, first);
      Fenced target = new Fenced(arena, 1);

      codec()
          .compress(
              source.segment(),
              source.offset(),
              first.length,
              target.segment(),
              target.offset(),
              1);
      target.assertFenceIntact();
    }
    assertArrayEquals(second, restored(compressed(second), second.length));
  }

  @Property(tries = 100)
  void aLengthThatIsNotThePagesIsReported(@ForAll("pages") byte[] page) {
    byte[] compressed = compressed(page);

    assertTrue(decompress(compressed, new byte[page.length + 1]) < 0, "a byte too few");
    assertTrue(decompress(compressed, new byte[page.length - 1]) < 0, "a byte too many");
  }

  @Property(tries = 500)
  void damagedInputWritesNothingOutsideThePage(
      @ForAll("pages") byte[] page, @ForAll long seed, @ForAll @IntRange(max = 3) int damage) {
    byte[] compressed = compressed(page);
    Random random = new Random(seed);
    byte[] damaged =
        switch (damage) {
          case 0 -> flipBits(compressed, 1, random);
          case 1 -> flipBits(compressed, 1 + random.nextInt(32), random);
          case 2 -> Arrays.copyOf(compressed, random.nextInt(compressed.length));
          default -> PageContents.RANDOM.bytes(1 + random.nextInt(2 * compressed.length), seed);
        };

    int result = decompress(damaged, new byte[page.length]);

    assertTrue(
        result < 0 || result == page.length,
        () -> "neither an error nor the whole page: " + result);
  }

  @Test
  void absoluteAddressesAreOffsetsInTheAddressSpace() {
    byte[] page = PageContents.TEXT.bytes(PAGE, 1);
    int capacity = ampleCapacity(PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment original = arena.allocate(PAGE).copyFrom(MemorySegment.ofArray(page));
      long compressed = arena.allocate(capacity).address();
      MemorySegment copy = arena.allocate(PAGE);

      int length =
          codec()
              .compress(
                  AddressSpace.ALL,
                  original.address(),
                  PAGE,
                  AddressSpace.ALL,
                  compressed,
                  capacity);
      int restored =
          codec()
              .decompress(
                  AddressSpace.ALL, compressed, length, AddressSpace.ALL, copy.address(), PAGE);

      assertEquals(PAGE, restored);
      assertArrayEquals(page, copy.toArray(JAVA_BYTE));
    }
  }

  @Test
  void rangesOutsideTheirSegmentsAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = arena.allocate(PAGE);
      MemorySegment b = arena.allocate(PAGE);
      for (long[] range :
          new long[][] {{-1, 8}, {1, PAGE}, {PAGE, 1}, {0, -1}, {Long.MAX_VALUE, 8}}) {
        long offset = range[0];
        int length = (int) range[1];
        assertOutOfBounds(() -> codec().compress(a, offset, length, b, 0, PAGE));
        assertOutOfBounds(() -> codec().compress(a, 0, PAGE, b, offset, length));
        assertOutOfBounds(() -> codec().decompress(a, offset, length, b, 0, PAGE));
        assertOutOfBounds(() -> codec().decompress(a, 0, PAGE, b, offset, length));
      }
    }
  }

  @Test
  void manyThreadsUseOneInstance() throws Exception {
    int threads = 4 * Runtime.getRuntime().availableProcessors();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        long seed = thread;
        running.add(executor.submit(() -> roundTripManyPages(seed, 200)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  @Test
  void manyVirtualThreadsUseOneInstance() throws Exception {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < 300; thread++) {
        long seed = thread;
        running.add(executor.submit(() -> roundTripManyPages(seed, 3)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  @Test
  void theNameIsNotEmpty() {
    assertFalse(codec().name().isBlank());
    assertEquals(codec().name(), codec().name());
  }

  private void roundTripManyPages(long seed, int pages) {
    List<PageContents> kinds = List.of(PageContents.values());
    for (int i = 0; i < pages; i++) {
      PageContents kind = kinds.get(i % kinds.size());
      byte[] page = kind.bytes(PAGE, seed * 1000 + i);
      assertArrayEquals(page, restored(compressed(page), PAGE));
    }
  }

  private static void assertOutOfBounds(Executable call) {
    assertThrows(IndexOutOfBoundsException.class, call);
  }

  private byte[] compressed(byte[] page) {
    int capacity = ampleCapacity(page.length);
    try (Arena arena = Arena.ofConfined()) {
      Fenced source = Fenced.holding(arena, page);
      Fenced target = new Fenced(arena, capacity);
      int length =
          codec()
              .compress(
                  source.segment(),
                  source.offset(),
                  page.length,
                  target.segment(),
                  target.offset(),
                  capacity);
      assertTrue(length > 0, () -> page.length + " bytes do not fit into " + capacity);
      target.assertFenceIntact();
      return target.bytes(length);
    }
  }

  private byte[] restored(byte[] compressed, int length) {
    byte[] page = new byte[length];
    assertEquals(length, decompress(compressed, page));
    return page;
  }

  /** {@return what the codec returned; {@code page} is what it wrote} */
  private int decompress(byte[] compressed, byte[] page) {
    try (Arena arena = Arena.ofConfined()) {
      Fenced source = Fenced.holding(arena, compressed);
      Fenced target = new Fenced(arena, page.length);
      int result =
          codec()
              .decompress(
                  source.segment(),
                  source.offset(),
                  compressed.length,
                  target.segment(),
                  target.offset(),
                  page.length);
      target.assertFenceIntact();
      source.assertFenceIntact();
      assertArrayEquals(compressed, source.bytes(), "the input was changed");
      System.arraycopy(target.bytes(), 0, page, 0, page.length);
      return result;
    }
  }

  private static byte[] flipBits(byte[] bytes, int count, Random random) {
    byte[] flipped = bytes.clone();
    for (int i = 0; i < count; i++) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  /** Bytes with a fence of known bytes on both sides. */
  private record Fenced(MemorySegment segment, int length) {
    private static final int FENCE = 256;
    private static final byte MARK = (byte) 0xA5;

    Fenced(Arena arena, int length) {
      this(arena.allocate(FENCE + length + (long) FENCE).fill(MARK), length);
    }

    static Fenced holding(Arena arena, byte[] bytes) {
      Fenced fenced = new Fenced(arena, bytes.length);
      MemorySegment.copy(bytes, 0, fenced.segment, JAVA_BYTE, FENCE, bytes.length);
      return fenced;
    }

    long offset() {
      return FENCE;
    }

    byte[] bytes() {
      return bytes(length);
    }

    byte[] bytes(int count) {
      return segment.asSlice(FENCE, count).toArray(JAVA_BYTE);
    }

    void assertFenceIntact() {
      for (int i = 0; i < FENCE; i++) {
        assertEquals(MARK, segment.get(JAVA_BYTE, i), "written before the range");
        assertEquals(
            MARK, segment.get(JAVA_BYTE, FENCE + (long) length + i), "written behind the range");
      }
    }
  }
}
