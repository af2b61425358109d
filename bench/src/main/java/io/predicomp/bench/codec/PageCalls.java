package io.predicomp.bench.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.Decompressor;
import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.lz4.Lz4NativeCompressor;
import io.airlift.compress.v3.lz4.Lz4NativeDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdNativeCompressor;
import io.airlift.compress.v3.zstd.ZstdNativeDecompressor;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** One way of calling a codec, on native memory. Offsets and lengths are in bytes. */
interface PageCalls {
  /** {@return compressed length} */
  int compress(int sourceOffset, int sourceLength, int targetOffset, int targetCapacity);

  /** {@return decompressed length} */
  int decompress(int sourceOffset, int sourceLength, int targetOffset, int targetLength);

  /**
   * {@return that way of calling that codec}
   *
   * @param codec {@code lz4} (acceleration 1) or {@code zstd} (level 3)
   * @param way {@code api}: the Java API of lz4-java or zstd-jni on direct buffers; {@code ffm}:
   *     our codecs on the C functions; {@code air-native}, {@code air-java}: aircompressor v3
   */
  static PageCalls of(String codec, String way, MemorySegment source, MemorySegment target) {
    return switch (codec + " " + way) {
      case "lz4 api" -> new Lz4Api(source.asByteBuffer(), target.asByteBuffer());
      case "zstd api" -> new ZstdApi(source.asByteBuffer(), target.asByteBuffer());
      case "lz4 ffm", "zstd ffm" ->
          new Ffm(Codecs.parse(codec), source.address(), target.address());
      case "lz4 air-native" ->
          new Air(new Lz4NativeCompressor(), new Lz4NativeDecompressor(), source, target);
      case "lz4 air-java" ->
          new Air(new Lz4JavaCompressor(), new Lz4JavaDecompressor(), source, target);
      case "zstd air-native" ->
          new Air(new ZstdNativeCompressor(), new ZstdNativeDecompressor(), source, target);
      case "zstd air-java" ->
          new Air(new ZstdJavaCompressor(), new ZstdJavaDecompressor(), source, target);
      default -> throw new IllegalArgumentException("no such call: " + codec + " " + way);
    };
  }

  /** Ours, as the arena calls it: absolute addresses in the segment that is all of memory. */
  record Ffm(PageCodec codec, long source, long target) implements PageCalls {
    @Override
    public int compress(int sourceOffset, int sourceLength, int targetOffset, int targetCapacity) {
      return codec.compress(
          AddressSpace.ALL,
          source + sourceOffset,
          sourceLength,
          AddressSpace.ALL,
          target + targetOffset,
          targetCapacity);
    }

    @Override
    public int decompress(int sourceOffset, int sourceLength, int targetOffset, int targetLength) {
      return codec.decompress(
          AddressSpace.ALL,
          source + sourceOffset,
          sourceLength,
          AddressSpace.ALL,
          target + targetOffset,
          targetLength);
    }
  }

  /** lz4-java. */
  final class Lz4Api implements PageCalls {
    private final LZ4Compressor compressor = LZ4Factory.nativeInstance().fastCompressor();
    private final LZ4SafeDecompressor decompressor = LZ4Factory.nativeInstance().safeDecompressor();
    private final ByteBuffer source;
    private final ByteBuffer target;

    Lz4Api(ByteBuffer source, ByteBuffer target) {
      this.source = source;
      this.target = target;
    }

    @Override
    public int compress(int sourceOffset, int sourceLength, int targetOffset, int targetCapacity) {
      return compressor.compress(
          source, sourceOffset, sourceLength, target, targetOffset, targetCapacity);
    }

    @Override
    public int decompress(int sourceOffset, int sourceLength, int targetOffset, int targetLength) {
      return decompressor.decompress(
          source, sourceOffset, sourceLength, target, targetOffset, targetLength);
    }
  }

  /** zstd-jni, set to write the same frames as ours. */
  final class ZstdApi implements PageCalls {
    private final ZstdCompressCtx compressor =
        new ZstdCompressCtx()
            .setLevel(3)
            .setMagicless(true)
            .setContentSize(false)
            .setChecksum(false)
            .setDictID(false);
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx().setMagicless(true);
    private final ByteBuffer source;
    private final ByteBuffer target;

    ZstdApi(ByteBuffer source, ByteBuffer target) {
      this.source = source;
      this.target = target;
    }

    @Override
    public int compress(int sourceOffset, int sourceLength, int targetOffset, int targetCapacity) {
      return compressor.compressDirectByteBuffer(
          target, targetOffset, targetCapacity, source, sourceOffset, sourceLength);
    }

    @Override
    public int decompress(int sourceOffset, int sourceLength, int targetOffset, int targetLength) {
      return decompressor.decompressDirectByteBuffer(
          target, targetOffset, targetLength, source, sourceOffset, sourceLength);
    }
  }

  /** aircompressor, which takes whole segments: a page is a slice. */
  record Air(
      Compressor compressor, Decompressor decompressor, MemorySegment source, MemorySegment target)
      implements PageCalls {
    @Override
    public int compress(int sourceOffset, int sourceLength, int targetOffset, int targetCapacity) {
      return compressor.compress(
          source.asSlice(sourceOffset, sourceLength), target.asSlice(targetOffset, targetCapacity));
    }

    @Override
    public int decompress(int sourceOffset, int sourceLength, int targetOffset, int targetLength) {
      return decompressor.decompress(
          source.asSlice(sourceOffset, sourceLength), target.asSlice(targetOffset, targetLength));
    }
  }
}
