package io.predicomp.arena.page;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import java.lang.foreign.MemorySegment;

/** LZ4, until a test tells it to do something else. */
public class FaultyCodec implements PageCodec {
  private final PageCodec right = Codecs.parse("lz4");

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity) {
    return right.compress(source, sourceOffset, sourceLength, target, targetOffset, targetCapacity);
  }

  @Override
  public int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    return right.decompress(source, sourceOffset, sourceLength, target, targetOffset, targetLength);
  }
}
