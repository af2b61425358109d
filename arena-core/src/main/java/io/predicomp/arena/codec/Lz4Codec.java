package io.predicomp.arena.codec;

import io.predicomp.os.codec.Lz4Library;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * LZ4's fast compressor: the cheapest demotion, and restores of about a microsecond per 4 KiB page.
 *
 * <p>What it writes is a plain LZ4 block, the same format as {@link Lz4HcCodec}'s.
 */
public final class Lz4Codec implements PageCodec {
  private static final int CORRUPT = -1;

  private final int acceleration;
  private final String name;

  /**
   * A codec.
   *
   * @param acceleration 1 (best ratio) to 65537; each step is about 3 % faster ({@code lz4.h})
   * @throws IllegalArgumentException if {@code acceleration} is outside that range
   * @throws UnsupportedOperationException if the native library cannot be used; the message says
   *     why and what to do
   */
  public Lz4Codec(int acceleration) {
    if (acceleration < Lz4Library.MIN_ACCELERATION || acceleration > Lz4Library.MAX_ACCELERATION) {
      throw new IllegalArgumentException(
          "LZ4 acceleration must be "
              + Lz4Library.MIN_ACCELERATION
              + " to "
              + Lz4Library.MAX_ACCELERATION
              + ": "
              + acceleration);
    }
    Lz4Library.require();
    this.acceleration = acceleration;
    this.name = acceleration == 1 ? "lz4" : "lz4-" + acceleration;
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
      return Lz4Library.compressFast(
          States.POOL.context(slot), from, to, sourceLength, targetCapacity, acceleration);
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
    return decompressBlock(source, sourceOffset, sourceLength, target, targetOffset, targetLength);
  }

  static int decompressBlock(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    long from = NativeSpan.readable(source, sourceOffset, sourceLength);
    long to = NativeSpan.writable(target, targetOffset, targetLength);
    try {
      int produced = Lz4Library.decompress(from, to, sourceLength, targetLength);
      return produced == targetLength ? produced : CORRUPT;
    } finally {
      Reference.reachabilityFence(source);
      Reference.reachabilityFence(target);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private static final class States {
    static final ContextPool POOL = new ContextPool(States::create);

    private static long create() {
      MemorySegment state = Arena.global().allocate(Lz4Library.fastStateBytes(), Long.BYTES);
      Lz4Library.initFastState(state.address());
      return state.address();
    }
  }
}
