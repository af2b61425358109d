package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Pages in which all 64-bit words are equal, the zero page being the common case. Such a page is
 * stored as its word; no codec and no pool is needed.
 *
 * <p>Lengths are multiples of 8 bytes, alignment does not matter. Nothing is allocated. Any thread
 * may call this; a page that is written meanwhile gives either answer.
 */
public final class SameFilled {
  private SameFilled() {}

  /**
   * {@return whether all words of the range are equal; {@link #firstWord} is the word then}
   *
   * @param offset where the range begins in {@code segment}, in bytes
   * @param length the range's length, in bytes: a positive multiple of 8
   * @throws IndexOutOfBoundsException if the range does not lie within the segment
   * @throws IllegalArgumentException if {@code length} is not a positive multiple of 8
   */
  public static boolean isSameFilled(MemorySegment segment, long offset, int length) {
    checkRange(segment, offset, length);
    // The plain loop was measured to beat MemorySegment.mismatch and blocks without early exit.
    long word = firstWord(segment, offset);
    for (int i = Long.BYTES; i < length; i += Long.BYTES) {
      if (segment.get(JAVA_LONG_UNALIGNED, offset + i) != word) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the first word of the range, in the platform's byte order}
   *
   * @throws IndexOutOfBoundsException if there is no whole word at {@code offset}
   */
  public static long firstWord(MemorySegment segment, long offset) {
    return segment.get(JAVA_LONG_UNALIGNED, offset);
  }

  /**
   * Sets every word of the range.
   *
   * @param offset where the range begins in {@code segment}, in bytes
   * @param length the range's length, in bytes: a positive multiple of 8
   * @throws IndexOutOfBoundsException if the range does not lie within the segment
   * @throws IllegalArgumentException if {@code length} is not a positive multiple of 8
   */
  public static void fill(MemorySegment segment, long offset, int length, long word) {
    checkRange(segment, offset, length);
    for (int i = 0; i < length; i += Long.BYTES) {
      segment.set(JAVA_LONG_UNALIGNED, offset + i, word);
    }
  }

  private static void checkRange(MemorySegment segment, long offset, int length) {
    if (length <= 0 || length % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "the length of a range of words must be a positive multiple of 8 bytes: " + length);
    }
    Objects.checkFromIndexSize(offset, (long) length, segment.byteSize());
  }
}
