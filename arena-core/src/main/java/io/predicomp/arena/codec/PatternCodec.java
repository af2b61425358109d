package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Pages that repeat two or three 64-bit words from beginning to end: pairs of equal numbers, pixels
 * of one colour, records that nobody has changed yet. The words are all that is kept of them, where
 * LZ4 needs a byte more for each 255 of the page. Any other page is not compressed.
 *
 * <p>Lengths of pages are multiples of 8 bytes, at least 32. Takes segments of any kind.
 */
public final class PatternCodec implements PageCodec {
  private static final int SHORT = 2 * Long.BYTES;
  private static final int LONG = 3 * Long.BYTES;

  /** A codec; all are alike. */
  public PatternCodec() {}

  @Override
  public String name() {
    return "pattern";
  }

  @Override
  public int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity) {
    Objects.checkFromIndexSize(sourceOffset, sourceLength, source.byteSize());
    int period = SHORT;
    if (!repeats(source, sourceOffset, sourceLength, period)) {
      period = LONG;
      if (!repeats(source, sourceOffset, sourceLength, period)) {
        return 0;
      }
    }
    if (period > targetCapacity) {
      return 0;
    }
    MemorySegment.copy(source, sourceOffset, target, targetOffset, period);
    return period;
  }

  private static boolean repeats(MemorySegment page, long offset, int length, int period) {
    for (int i = period; i < length; i += Long.BYTES) {
      if (page.get(JAVA_LONG_UNALIGNED, offset + i)
          != page.get(JAVA_LONG_UNALIGNED, offset + i - period)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    Objects.checkFromIndexSize(targetOffset, targetLength, target.byteSize());
    if ((sourceLength != SHORT && sourceLength != LONG) || targetLength % Long.BYTES != 0) {
      return -1;
    }
    int done = Math.min(sourceLength, targetLength);
    MemorySegment.copy(source, sourceOffset, target, targetOffset, done);
    // Always whole patterns, so what is there can be repeated as well.
    while (done < targetLength) {
      int more = Math.min(done, targetLength - done);
      MemorySegment.copy(target, targetOffset, target, targetOffset + done, more);
      done += more;
    }
    return targetLength;
  }

  @Override
  public String toString() {
    return name();
  }
}
