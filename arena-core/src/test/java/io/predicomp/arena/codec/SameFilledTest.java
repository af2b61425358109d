package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SameFilledTest {
  @Property(tries = 200)
  void whatIsFilledIsSameFilledAndNothingElseIsWritten(
      @ForAll long word,
      @ForAll @IntRange(min = 1, max = 1024) int words,
      @ForAll @IntRange(max = 31) int offset) {
    int length = words * Long.BYTES;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(offset + length + 32L).fill((byte) 0x5A);

      SameFilled.fill(memory, offset, length, word);

      assertTrue(SameFilled.isSameFilled(memory, offset, length));
      assertEquals(word, SameFilled.firstWord(memory, offset));
      for (int at = 0; at < length; at += Long.BYTES) {
        assertEquals(word, memory.get(JAVA_LONG_UNALIGNED, offset + (long) at));
      }
      for (long at = 0; at < offset; at++) {
        assertEquals(0x5A, memory.get(JAVA_BYTE, at));
      }
      for (long at = offset + (long) length; at < memory.byteSize(); at++) {
        assertEquals(0x5A, memory.get(JAVA_BYTE, at));
      }
    }
  }

  @Property(tries = 500)
  void oneOtherBitAnywhereMakesItOrdinary(
      @ForAll long word,
      @ForAll @IntRange(min = 2, max = 1024) int words,
      @ForAll @IntRange(max = 31) int offset,
      @ForAll @IntRange(max = 65535) int where) {
    int length = words * Long.BYTES;
    long bit = where % (length * 8L);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(offset + (long) length);
      SameFilled.fill(memory, offset, length, word);
      long at = offset + bit / 8;
      memory.set(JAVA_BYTE, at, (byte) (memory.get(JAVA_BYTE, at) ^ (1 << (bit % 8))));

      assertFalse(SameFilled.isSameFilled(memory, offset, length));
    }
  }

  @Test
  void equalBytesThatAreNotEqualWordsAreOrdinary() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4096);
      for (int at = 0; at < 4096; at += 16) {
        memory.set(JAVA_BYTE, at, (byte) 1);
      }

      assertFalse(SameFilled.isSameFilled(memory, 0, 4096));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -8, 1, 4095, 4097})
  void lengthsThatAreNotWholeWordsAreRefused(int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(8192);

      assertThrows(
          IllegalArgumentException.class, () -> SameFilled.isSameFilled(memory, 0, length));
      assertThrows(IllegalArgumentException.class, () -> SameFilled.fill(memory, 0, length, 1));
    }
  }

  @Test
  void rangesOutsideTheSegmentAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4096);

      for (long offset : new long[] {-8, 8, 4096, Long.MAX_VALUE}) {
        assertThrows(
            IndexOutOfBoundsException.class, () -> SameFilled.isSameFilled(memory, offset, 4096));
        assertThrows(
            IndexOutOfBoundsException.class, () -> SameFilled.fill(memory, offset, 4096, 1));
      }
      assertEquals(-1, memory.mismatch(arena.allocate(4096)), "a refused fill wrote");
    }
  }
}
