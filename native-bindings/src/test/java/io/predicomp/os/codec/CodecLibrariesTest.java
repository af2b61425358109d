package io.predicomp.os.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.predicomp.os.codec.ZstdLibrary.CompressionParameter;
import io.predicomp.os.codec.ZstdLibrary.DecompressionParameter;
import io.predicomp.os.feature.ProbeResult;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CodecLibrariesTest {
  private static final int PAGE = 4096;
  private static final int MAGICLESS = 1;

  @Test
  void bothLibrariesAreSupportedHere() {
    assertInstanceOf(ProbeResult.Supported.class, Lz4Library.probe());
    assertInstanceOf(ProbeResult.Supported.class, ZstdLibrary.probe());
  }

  @Test
  void zstdLevelsAreThoseOfTheLibrary() {
    assertEquals(Zstd.minCompressionLevel(), ZstdLibrary.MIN_LEVEL);
    assertEquals(Zstd.maxCompressionLevel(), ZstdLibrary.MAX_LEVEL);
    assertEquals(Zstd.defaultCompressionLevel(), ZstdLibrary.DEFAULT_LEVEL);
  }

  @Test
  void zstdErrorsAreThoseOfTheLibrary() {
    assertEquals(Zstd.errDstSizeTooSmall(), -ZstdLibrary.TARGET_TOO_SMALL);
    assertEquals(Zstd.errMemoryAllocation(), -ZstdLibrary.OUT_OF_MEMORY);
  }

  @Test
  void lz4StatesMustBeAligned() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Lz4Library.hcStateBytes() + 64L, 64);

      Lz4Library.initFastState(memory.address());
      Lz4Library.initHcState(memory.address());
      for (long state : new long[] {0, memory.address() + 1}) {
        assertThrows(IllegalArgumentException.class, () -> Lz4Library.initFastState(state));
        assertThrows(IllegalArgumentException.class, () -> Lz4Library.initHcState(state));
      }
    }
  }

  /**
   * The fast-reset functions ask for a state that was initialised once: a call that failed half-way
   * must leave it fit as well, and the result must not depend on what came before.
   */
  @Test
  void aReusedLz4StateGivesWhatAFreshOneGives() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(arena, "the quick brown fox jumps over the lazy dog ");
      MemorySegment other = text(arena, "{\"id\": 17, \"name\": \"somebody else\"}, ");
      MemorySegment expected = arena.allocate(PAGE);
      MemorySegment actual = arena.allocate(PAGE);
      for (boolean hc : new boolean[] {false, true}) {
        long fresh = lz4State(arena, hc);
        int expectedLength = compress(hc, fresh, text, PAGE, expected, PAGE);
        assertTrue(expectedLength > 0 && expectedLength < PAGE / 2);

        long reused = lz4State(arena, hc);
        for (int length : new int[] {PAGE, 100, 5, 3000, PAGE}) {
          compress(hc, reused, other, length, actual, PAGE);
          assertEquals(0, compress(hc, reused, other, length, actual, 1), "fits into one byte?");
          assertEquals(expectedLength, compress(hc, reused, text, PAGE, actual, PAGE));
          assertEquals(
              -1, MemorySegment.mismatch(expected, 0, expectedLength, actual, 0, expectedLength));
        }
      }
    }
  }

  /** A dictionary's state serves any number of pages, and what came before does not show. */
  @Test
  void aDictionaryShortensWhatResemblesIt() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(arena, "{\"id\": 17, \"name\": \"somebody else\"}, ");
      MemorySegment target = arena.allocate(PAGE);
      MemorySegment restored = arena.allocate(PAGE);
      long dictionary = lz4State(arena, true);
      long state = lz4State(arena, true);
      int alone = compress(true, state, text, 1000, target, PAGE);
      Lz4Library.loadDictionaryHc(dictionary, text.address(), PAGE, 9);
      MemorySegment page = arena.allocate(1000).copyFrom(text.asSlice(0, 1000));
      int length = 0;
      for (int round = 0; round < 3; round++) {
        assertEquals(
            0,
            Lz4Library.compressHcWithDictionary(
                state, dictionary, page.address(), target.address(), 1000, 1, 9));
        length =
            Lz4Library.compressHcWithDictionary(
                state, dictionary, page.address(), target.address(), 1000, PAGE, 9);
        assertTrue(length > 0 && length < alone / 2, length + " of " + alone);
      }
      assertEquals(
          1000,
          Lz4Library.decompressWithDictionary(
              target.address(), restored.address(), length, 1000, text.address(), PAGE));
      assertEquals(-1, page.mismatch(restored.asSlice(0, 1000)));
    }
  }

  @Test
  void samplesThatAreTooFewTrainNoDictionary() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment samples = text(arena, "the quick brown fox jumps over the lazy dog ");
      MemorySegment lengths = arena.allocate(Long.BYTES, Long.BYTES);
      lengths.set(JAVA_LONG, 0, PAGE);
      MemorySegment dictionary = arena.allocate(PAGE);
      assertTrue(
          ZstdLibrary.trainDictionary(
                  dictionary.address(), PAGE, samples.address(), lengths.address(), 1)
              < 0);
    }
  }

  @Test
  void aZstdPageFrameIsNineBytesShorterThanTheDefault() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(arena, "the quick brown fox jumps over the lazy dog ");
      MemorySegment target = arena.allocate(PAGE);
      MemorySegment restored = arena.allocate(PAGE);
      long plain = ZstdLibrary.createCompressionContext();
      long small = ZstdLibrary.createCompressionContext();
      ZstdLibrary.set(small, CompressionParameter.FORMAT, MAGICLESS);
      ZstdLibrary.set(small, CompressionParameter.CONTENT_SIZE_FLAG, 0);
      ZstdLibrary.set(plain, CompressionParameter.CHECKSUM_FLAG, 1);
      long decoder = ZstdLibrary.createDecompressionContext();
      ZstdLibrary.set(decoder, DecompressionParameter.FORMAT, MAGICLESS);

      long withDefaults = ZstdLibrary.compress(plain, target.address(), PAGE, text.address(), PAGE);
      long length = ZstdLibrary.compress(small, target.address(), PAGE, text.address(), PAGE);

      // Magic number 4, checksum 4, content size 2, less the window descriptor it makes needless 1.
      assertEquals(withDefaults - 9, length);
      assertEquals(
          PAGE,
          ZstdLibrary.decompress(decoder, restored.address(), PAGE, target.address(), length));
      assertEquals(-1, text.mismatch(restored));
    }
  }

  @Test
  void zstdRefusesAnUnknownParameterValue() {
    long context = ZstdLibrary.createCompressionContext();

    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ZstdLibrary.set(context, CompressionParameter.FORMAT, 99));
    assertTrue(refused.getMessage().contains("FORMAT = 99"), refused.getMessage());
  }

  private static long lz4State(Arena arena, boolean hc) {
    int bytes = hc ? Lz4Library.hcStateBytes() : Lz4Library.fastStateBytes();
    long state = arena.allocate(bytes, Long.BYTES).fill((byte) 0xEE).address();
    if (hc) {
      Lz4Library.initHcState(state);
    } else {
      Lz4Library.initFastState(state);
    }
    return state;
  }

  private static int compress(
      boolean hc,
      long state,
      MemorySegment source,
      int length,
      MemorySegment target,
      int capacity) {
    return hc
        ? Lz4Library.compressHc(state, source.address(), target.address(), length, capacity, 9)
        : Lz4Library.compressFast(state, source.address(), target.address(), length, capacity, 1);
  }

  private static MemorySegment text(Arena arena, String words) {
    MemorySegment page = arena.allocate(PAGE);
    byte[] bytes = words.getBytes(US_ASCII);
    for (int at = 0; at < PAGE; at++) {
      page.set(JAVA_BYTE, at, bytes[at * 7 % bytes.length]);
    }
    return page;
  }
}
