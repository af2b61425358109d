package io.predicomp.arena.codec;

import io.predicomp.os.codec.Lz4Library;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * LZ4's high-compression compressor: slower demotion for a better ratio, restores as fast as {@link
 * Lz4Codec}'s, whose format it shares.
 */
public final class Lz4HcCodec implements PageCodec {
  private final int level;
  private final String name;

  /**
   * A codec.
   *
   * @param level 3 (fastest) to 12 (best ratio)
   * @throws IllegalArgumentException if {@code level} is outside that range
   * @throws UnsupportedOperationException if the native library cannot be used; the message says
   *     why and what to do
   */
  public Lz4HcCodec(int level) {
    if (level < Lz4Library.MIN_HC_LEVEL || level > Lz4Library.MAX_HC_LEVEL) {
      throw new IllegalArgumentException(
          "LZ4 HC level must be "
              + Lz4Library.MIN_HC_LEVEL
              + " to "
              + Lz4Library.MAX_HC_LEVEL
              + ": "
              + level);
    }
    Lz4Library.require();
    this.level = level;
    this.name = "lz4hc-" + level;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity) {
    long from = NativeSpan.readable(source, sourceOffset, sourceLength);
    long to = NativeSpan.writable(target, targetOffset, targetCapacity);
    int slot = States.POOL.claim();
    try {
      return Lz4Library.compressHc(
          States.POOL.context(slot), from, to, sourceLength, targetCapacity, level);
    } finally {
      States.POOL.release(slot);
      Reference.reachabilityFence(source);
      Reference.reachabilityFence(target);
    }
  }

  @Override
  public int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    return Lz4Codec.decompressBlock(
        source, sourceOffset, sourceLength, target, targetOffset, targetLength);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Working memory of both HC codecs: attaching a dictionary leaves no trace in it. */
  static final class States {
    static final ContextPool POOL = new ContextPool(States::create);

    private static long create() {
      MemorySegment state = Arena.global().allocate(Lz4Library.hcStateBytes(), Long.BYTES);
      Lz4Library.initHcState(state.address());
      return state.address();
    }
  }
}
