package io.predicomp.arena.codec;

import io.predicomp.os.codec.Lz4Library;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * LZ4's high-compression compressor with a {@link RegionDictionary}: the ratio comes near
 * Zstandard's, a restore stays near LZ4's.
 *
 * <p>What it writes can be restored with the same dictionary only. It compresses while the
 * dictionary's encoder is open, and throws {@link IllegalStateException} otherwise; it restores as
 * long as the dictionary exists.
 */
public final class Lz4HcDictionaryCodec implements PageCodec {
  private static final int CORRUPT = -1;

  private final RegionDictionary dictionary;
  private final int level;
  private final String name;

  // Kept in fields of its own, because a restore is what they are for.
  private final long dictionaryAddress;
  private final int dictionaryLength;

  /**
   * A codec.
   *
   * @param level 3 (fastest) to 12 (best ratio)
   * @throws IllegalArgumentException if {@code level} is outside that range
   * @throws UnsupportedOperationException if the native library cannot be used; the message says
   *     why and what to do
   */
  public Lz4HcDictionaryCodec(RegionDictionary dictionary, int level) {
    this.name = new Lz4HcCodec(level).name() + "-dictionary-" + dictionary.version();
    this.dictionary = dictionary;
    this.level = level;
    this.dictionaryAddress = dictionary.address();
    this.dictionaryLength = dictionary.length();
  }

  @Override
  public String name() {
    return name;
  }

  /** {@return the dictionary it was made with} */
  public RegionDictionary dictionary() {
    return dictionary;
  }

  /** Gets ready for compressing, see {@link RegionDictionary#openEncoder}. Owner only. */
  public void openEncoder() {
    dictionary.openEncoder(level);
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
    long encoder = dictionary.encoder();
    int slot = Lz4HcCodec.States.POOL.claim();
    try {
      return Lz4Library.compressHcWithDictionary(
          Lz4HcCodec.States.POOL.context(slot),
          encoder,
          from,
          to,
          sourceLength,
          targetCapacity,
          level);
    } finally {
      Lz4HcCodec.States.POOL.release(slot);
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
    try {
      int produced =
          Lz4Library.decompressWithDictionary(
              from, to, sourceLength, targetLength, dictionaryAddress, dictionaryLength);
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
}
