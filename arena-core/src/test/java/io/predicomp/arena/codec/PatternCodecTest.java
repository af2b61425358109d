package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternCodecTest {
  private static final int PAGE = 4096;

  private final PatternCodec codec = new PatternCodec();

  private static MemorySegment repeat(Arena arena, long... words) {
    MemorySegment page = arena.allocate(PAGE, Long.BYTES);
    for (int i = 0; i < PAGE / Long.BYTES; i++) {
      page.set(JAVA_LONG_UNALIGNED, (long) i * Long.BYTES, words[i % words.length]);
    }
    return page;
  }

  private int compress(MemorySegment page, MemorySegment payload) {
    return codec.compress(page, 0, PAGE, payload, 0, (int) payload.byteSize());
  }

  @Property(tries = 200)
  void twoWordsAndThreeComeBackAndNothingElseIsWritten(
      @ForAll long first, @ForAll long second, @ForAll long third, @ForAll boolean two) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = two ? repeat(arena, first, second) : repeat(arena, first, second, third);
      MemorySegment payload = arena.allocate(24);

      int length = compress(page, payload);

      // Three words may be two in turn, such as three equal ones.
      assertEquals(two || (first == third && second == first) ? 16 : 24, length);
      MemorySegment out = arena.allocate(PAGE + 16L).fill((byte) 0x5A);
      assertEquals(PAGE, codec.decompress(payload, 0, length, out, 8, PAGE));
      assertEquals(-1, page.mismatch(out.asSlice(8, PAGE)));
      assertEquals(0x5A5A5A5A5A5A5A5AL, out.get(JAVA_LONG_UNALIGNED, 0));
      assertEquals(0x5A5A5A5A5A5A5A5AL, out.get(JAVA_LONG_UNALIGNED, PAGE + 8L));
    }
  }

  @Property(tries = 300)
  void oneOtherBitAnywhereIsNoPattern(
      @ForAll @IntRange(max = PAGE * 8 - 1) int bit, @ForAll boolean two) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = two ? repeat(arena, 1, 2) : repeat(arena, 1, 2, 3);
      page.set(JAVA_BYTE, bit / 8, (byte) (page.get(JAVA_BYTE, bit / 8) ^ 1 << bit % 8));

      assertEquals(0, compress(page, arena.allocate(PAGE)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 6, 12})
  void shorterPatternsAreSuchAndOthersNot(int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(PAGE);
      for (int i = 0; i < PAGE; i++) {
        page.set(JAVA_BYTE, i, (byte) (i % bytes));
      }

      int length = compress(page, arena.allocate(PAGE));

      assertEquals(bytes == 1 ? 16 : bytes == 5 ? 0 : 24, length);
    }
  }

  @Test
  void itKeepsToTheCapacity() {
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(0, compress(repeat(arena, 1, 2), arena.allocate(15)));
      assertEquals(0, compress(repeat(arena, 1, 2, 3), arena.allocate(23)));
    }
  }

  @Property(tries = 100)
  void otherLengthsAreCorrupt(@ForAll @IntRange(max = 64) int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(PAGE);
      boolean known = length == 16 || length == 24;
      assertEquals(
          known ? PAGE : -1, codec.decompress(arena.allocate(64), 0, length, out, 0, PAGE));
    }
  }

  @Test
  void rangesOutsideTheirSegmentsAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = repeat(arena, 1, 2);
      MemorySegment payload = arena.allocate(16);
      assertThrows(
          IndexOutOfBoundsException.class, () -> codec.compress(page, 8, PAGE, payload, 0, 16));
      assertThrows(
          IndexOutOfBoundsException.class, () -> codec.compress(page, 0, PAGE, payload, 8, 16));
      assertThrows(
          IndexOutOfBoundsException.class, () -> codec.decompress(payload, 8, 16, page, 0, PAGE));
      assertThrows(
          IndexOutOfBoundsException.class, () -> codec.decompress(payload, 0, 16, page, 8, PAGE));
    }
  }
}
