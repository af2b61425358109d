package io.predicomp.arena.codec;

import io.predicomp.os.codec.ZstdLibrary;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Zstandard: the best ratio, at several times LZ4's cost both ways.
 *
 * <p>What it writes is a frame cut to the least a page needs: no magic number, content size,
 * dictionary id or checksum ({@link ZstdContexts}), up to ten bytes less than a full one.
 */
public final class ZstdCodec implements PageCodec {
  private static final int CORRUPT = -1;

  private final int level;
  private final String name;

  /**
   * A codec.
   *
   * @param level 1 (fastest) to 22 (best ratio), or -131072 to -1 for the fast levels, of which
   *     lower ones are faster
   * @throws IllegalArgumentException if {@code level} is 0 or outside that range
   * @throws UnsupportedOperationException if the native library cannot be used; the message says
   *     why and what to do
   * @throws OutOfMemoryError if there is no memory for what restores need
   */
  public ZstdCodec(int level) {
    if (level == 0 || level < ZstdLibrary.MIN_LEVEL || level > ZstdLibrary.MAX_LEVEL) {
      throw new IllegalArgumentException(
          "Zstandard level must be 1 to "
              + ZstdLibrary.MAX_LEVEL
              + " or "
              + ZstdLibrary.MIN_LEVEL
              + " to -1: "
              + level);
    }
    ZstdLibrary.require();
    this.level = level;
    this.name = level > 0 ? "zstd-" + level : "zstd-fast-" + -level;
    ZstdContexts.initialize();
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
    int slot = ZstdContexts.COMPRESSION.claim();
    try {
      long written =
          ZstdLibrary.compress(
              ZstdContexts.compression(slot, level), to, targetCapacity, from, sourceLength);
      if (written >= 0) {
        return (int) written;
      }
      if (written == ZstdLibrary.TARGET_TOO_SMALL) {
        return 0;
      }
      throw failed(written);
    } finally {
      ZstdContexts.COMPRESSION.release(slot);
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
    long from = NativeSpan.readable(source, sourceOffset, sourceLength);
    long to = NativeSpan.writable(target, targetOffset, targetLength);
    int slot = ZstdContexts.DECOMPRESSION.claim();
    try {
      long produced =
          ZstdLibrary.decompress(
              ZstdContexts.DECOMPRESSION.context(slot), to, targetLength, from, sourceLength);
      return produced == targetLength ? targetLength : CORRUPT;
    } finally {
      ZstdContexts.DECOMPRESSION.release(slot);
      Reference.reachabilityFence(source);
      Reference.reachabilityFence(target);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  private Error failed(long result) {
    return result == ZstdLibrary.OUT_OF_MEMORY
        ? new OutOfMemoryError("no memory for Zstandard to compress at level " + level)
        : new InternalError("Zstandard cannot compress, error " + -result);
  }
}
