package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.Decompressor;
import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.predicomp.arena.testkit.PageContents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages cross over between our codecs and an implementation written by others in pure Java. */
class IndependentDecoderTest {
  /** {@code zstd.h}: {@code ZSTD_MAGICNUMBER} 0xFD2FB528, little-endian. */
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

  private static final int[] LENGTHS = {1, 13, 4096, 5000, 16384, 65536};

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "lz4-16", "lz4-65537", "lz4hc-3", "lz4hc-9", "lz4hc-12"})
  void lz4CrossesOver(String name) {
    for (PageContents kind : PageContents.values()) {
      for (int length : LENGTHS) {
        byte[] page = kind.bytes(length, length);
        PageCodec codec = Codecs.parse(name);

        assertArrayEquals(page, decode(new Lz4JavaDecompressor(), compress(codec, page), length));
        assertArrayEquals(page, decompress(codec, encode(new Lz4JavaCompressor(), page), length));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zstd-fast-131072",
        "zstd-fast",
        "zstd-1",
        "zstd-3",
        "zstd-9",
        "zstd-19",
        "zstd-22"
      })
  void zstdCrossesOverOnceItsMagicNumberIsPutBack(String name) {
    for (PageContents kind : PageContents.values()) {
      for (int length : LENGTHS) {
        byte[] page = kind.bytes(length, length);
        PageCodec codec = Codecs.parse(name);

        byte[] frame = concat(ZSTD_MAGIC, compress(codec, page));
        assertArrayEquals(page, decode(new ZstdJavaDecompressor(), frame, length));

        byte[] theirs = encode(new ZstdJavaCompressor(), page);
        assertArrayEquals(ZSTD_MAGIC, Arrays.copyOf(theirs, ZSTD_MAGIC.length));
        byte[] withoutMagic = Arrays.copyOfRange(theirs, ZSTD_MAGIC.length, theirs.length);
        assertArrayEquals(page, decompress(codec, withoutMagic, length));
      }
    }
  }

  private static byte[] compress(PageCodec codec, byte[] page) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(page.length);
      source.copyFrom(MemorySegment.ofArray(page));
      int capacity = page.length + 1024;
      MemorySegment target = arena.allocate(capacity);
      int length = codec.compress(source, 0, page.length, target, 0, capacity);
      return target.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  private static byte[] decompress(PageCodec codec, byte[] compressed, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(compressed.length);
      source.copyFrom(MemorySegment.ofArray(compressed));
      MemorySegment target = arena.allocate(length);
      assertEquals(length, codec.decompress(source, 0, compressed.length, target, 0, length));
      return target.toArray(JAVA_BYTE);
    }
  }

  private static byte[] encode(Compressor compressor, byte[] page) {
    byte[] target = new byte[compressor.maxCompressedLength(page.length)];
    int length = compressor.compress(page, 0, page.length, target, 0, target.length);
    return Arrays.copyOf(target, length);
  }

  private static byte[] decode(Decompressor decompressor, byte[] compressed, int length) {
    byte[] page = new byte[length];
    assertEquals(
        length, decompressor.decompress(compressed, 0, compressed.length, page, 0, length));
    return page;
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] both = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, both, head.length, tail.length);
    return both;
  }
}
