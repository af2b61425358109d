package io.predicomp.bench.sweep;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.predicomp.arena.codec.PageCodec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;

/** Zstandard with a dictionary, through zstd-jni. For one thread. */
final class ZstdDictionaryCodec implements PageCodec, AutoCloseable {
  private final String name;
  private final ZstdCompressCtx compress = new ZstdCompressCtx();
  private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();
  private final IdentityHashMap<MemorySegment, ByteBuffer> buffers = new IdentityHashMap<>();

  ZstdDictionaryCodec(String name, int level, byte[] dictionary) {
    this.name = name;
    // As the arena's own: a page needs neither its length nor a checksum in front.
    compress.setLevel(level).setChecksum(false).setContentSize(false).setDictID(false);
    compress.loadDict(dictionary);
    decompress.loadDict(dictionary);
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
    try {
      return compress.compressDirectByteBuffer(
          buffer(target),
          (int) targetOffset,
          targetCapacity,
          buffer(source),
          (int) sourceOffset,
          sourceLength);
    } catch (ZstdException e) {
      if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
        return 0;
      }
      throw e;
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
    return decompress.decompressDirectByteBuffer(
        buffer(target),
        (int) targetOffset,
        targetLength,
        buffer(source),
        (int) sourceOffset,
        sourceLength);
  }

  /** The same few segments come again and again. */
  private ByteBuffer buffer(MemorySegment segment) {
    return buffers.computeIfAbsent(segment, MemorySegment::asByteBuffer);
  }

  @Override
  public void close() {
    compress.close();
    decompress.close();
  }
}
