package io.predicomp.bench.sweep;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.SameFilled;
import java.lang.foreign.MemorySegment;

/** Blocks of one repeated word become the word; others do not compress. */
final class SameFilledBlocks implements PageCodec {
  static final String NAME = "same-filled";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity) {
    if (targetCapacity < Long.BYTES
        || !SameFilled.isSameFilled(source, sourceOffset, sourceLength)) {
      return 0;
    }
    target.set(JAVA_LONG_UNALIGNED, targetOffset, SameFilled.firstWord(source, sourceOffset));
    return Long.BYTES;
  }

  @Override
  public int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    SameFilled.fill(
        target, targetOffset, targetLength, source.get(JAVA_LONG_UNALIGNED, sourceOffset));
    return targetLength;
  }
}
