package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.testkit.PageContents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionDictionaryTest {
  private static final int PAGE = 4096;
  private static final Lz4HcDictionaryCodec A = Dictionaries.codec(1);
  private static final Lz4HcDictionaryCodec B = Dictionaries.codec(2);

  @Test
  void aDictionaryShortensPagesItWasNotTrainedOn() {
    byte[] page = PageContents.TEXT.bytes(PAGE, 77);
    int without = compress(new Lz4HcCodec(6), page).length;
    int with = compress(A, page).length;
    assertTrue(with < without * 0.9, with + " of " + without);
  }

  /** Pages of an old dictionary are restored while a new one compresses, in any order. */
  @Property(tries = 100)
  void eachPageIsRestoredByItsOwnDictionary(@ForAll long seed) {
    Random random = new Random(seed);
    List<byte[]> pages = new ArrayList<>();
    List<byte[]> payloads = new ArrayList<>();
    List<PageCodec> codecs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      PageContents[] kinds = PageContents.values();
      byte[] page = kinds[random.nextInt(kinds.length)].bytes(PAGE, random.nextLong());
      PageCodec codec = random.nextBoolean() ? A : B;
      pages.add(page);
      codecs.add(codec);
      payloads.add(compress(codec, page));
    }
    for (int i = 7; i >= 0; i--) {
      byte[] restored = new byte[PAGE];
      assertEquals(PAGE, decompress(codecs.get(i), payloads.get(i), restored));
      assertArrayEquals(pages.get(i), restored);
    }
  }

  /** It cannot be restored, but nothing outside the page is written either. */
  @Property(tries = 300)
  void anotherDictionaryDoesNoHarm(@ForAll long seed, @ForAll @IntRange(max = 2) int damage) {
    byte[] payload = compress(A, PageContents.TEXT.bytes(PAGE, seed));
    Random random = new Random(seed);
    for (int i = 0; i < damage; i++) {
      payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
    }
    int result = decompress(B, payload, new byte[PAGE]);
    assertTrue(result < 0 || result == PAGE, () -> "result " + result);
  }

  @Test
  void aDictionaryOf64KibKeepsItsLastBytes() {
    byte[] bytes = PageContents.RANDOM.bytes(100_000, 1);
    try (RegionDictionary dictionary = RegionDictionary.of(7, MemorySegment.ofArray(bytes))) {
      assertEquals(RegionDictionary.MAX_BYTES, dictionary.length());
      Lz4HcDictionaryCodec codec = new Lz4HcDictionaryCodec(dictionary, 9);
      codec.openEncoder();
      byte[] page = new byte[PAGE];
      System.arraycopy(bytes, bytes.length - PAGE, page, 0, PAGE);
      byte[] payload = compress(codec, page);
      assertTrue(payload.length < 100, "one match: " + payload.length);
      byte[] restored = new byte[PAGE];
      assertEquals(PAGE, decompress(codec, payload, restored));
      assertArrayEquals(page, restored);
      assertEquals("lz4hc-9-dictionary-7", codec.name());
    }
  }

  @Test
  void restoringNeedsNoEncoder() {
    try (RegionDictionary dictionary = Dictionaries.dictionary(3)) {
      Lz4HcDictionaryCodec codec = new Lz4HcDictionaryCodec(dictionary, 6);
      byte[] page = PageContents.TEXT.bytes(PAGE, 5);
      assertThrows(IllegalStateException.class, () -> compress(codec, page));
      long closed = dictionary.heldBytes();
      codec.openEncoder();
      codec.openEncoder();
      assertEquals(closed + RegionDictionary.encoderBytes(), dictionary.heldBytes());
      byte[] payload = compress(codec, page);
      dictionary.closeEncoder();
      assertFalse(dictionary.isEncoderOpen());
      assertEquals(closed, dictionary.heldBytes());
      byte[] restored = new byte[PAGE];
      assertEquals(PAGE, decompress(codec, payload, restored));
      assertArrayEquals(page, restored);
    }
  }

  /** Attaching a dictionary must leave no trace in the working memory that plain LZ4 HC shares. */
  @Test
  void plainHighCompressionIsUnchangedAfterwards() {
    byte[] page = PageContents.TEXT.bytes(PAGE, 11);
    PageCodec plain = new Lz4HcCodec(6);
    byte[] before = compress(plain, page);
    assertNotEquals(before.length, compress(A, page).length);
    assertArrayEquals(before, compress(plain, page));
  }

  @Test
  void tooFewSamplesGiveNoDictionary() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment samples = arena.allocate(2 * PAGE);
      assertEquals(Optional.empty(), RegionDictionary.train(1, samples, PAGE, 2, 4096));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 255, 65_537})
  void aSizeOutOfRangeIsRefused(int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment samples = arena.allocate(PAGE);
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> RegionDictionary.train(1, samples, PAGE, 1, bytes));
      assertTrue(refused.getMessage().contains("dictionaryBytes is " + bytes));
    }
  }

  private static byte[] compress(PageCodec codec, byte[] page) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(page.length).copyFrom(MemorySegment.ofArray(page));
      MemorySegment target = arena.allocate(2L * page.length);
      int length = codec.compress(source, 0, page.length, target, 0, 2 * page.length);
      assertTrue(length > 0);
      return target.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  private static int decompress(PageCodec codec, byte[] payload, byte[] page) {
    int fence = 64;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source =
          arena.allocate(payload.length).copyFrom(MemorySegment.ofArray(payload));
      MemorySegment target = arena.allocate(page.length + 2L * fence).fill((byte) 0x5A);
      int result = codec.decompress(source, 0, payload.length, target, fence, page.length);
      for (int i = 0; i < fence; i++) {
        assertEquals(0x5A, target.get(JAVA_BYTE, i));
        assertEquals(0x5A, target.get(JAVA_BYTE, fence + (long) page.length + i));
      }
      MemorySegment.copy(target, JAVA_BYTE, fence, page, 0, page.length);
      return result;
    }
  }
}
