package io.predicomp.workloads.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageFillsTest {
  private static final int PAGE = 4096;

  @ParameterizedTest
  @ValueSource(strings = {"zero", "repetitive", "unique", "mixed_50_50", "json", "ratio=2.5"})
  void aPageIsAFunctionOfSeedAndNumber(String name) {
    for (long page : new long[] {0, 1, 1_000_000}) {
      byte[] content = page(name, 9, page);
      assertEquals(-1, mismatch(content, page(name, 9, page)));
      if (!name.equals("zero")) {
        assertTrue(mismatch(content, page(name, 10, page)) >= 0, "seed has no effect");
        assertTrue(mismatch(content, page(name, 9, page + 2)) >= 0, "pages are alike");
      }
    }
  }

  /** On pages that the calibration has not seen. */
  @ParameterizedTest
  @CsvSource({
    "1,4096",
    "1.3,4096",
    "2,4096",
    "3,4096",
    "5,4096",
    "10,4096",
    "20,4096",
    "1,16384",
    "2,16384",
    "3,16384",
    "10,16384",
    "20,16384",
    "1,65536",
    "2,65536",
    "3,65536",
    "10,65536",
    "20,65536"
  })
  void ratioIsWhatLz4Reaches(double ratio, int pageBytes) {
    PageFill fill = PageFills.parse("ratio=" + ratio, 3, pageBytes);
    assertEquals(ratio, lz4Ratio(fill, pageBytes, 5_000, 100), 0.05 * ratio);
  }

  @Test
  void uniqueDoesNotCompressAndRepetitiveDoes() {
    assertTrue(lz4Ratio(PageFills.parse("unique", 3, PAGE), PAGE, 0, 20) < 1);
    assertTrue(lz4Ratio(PageFills.parse("repetitive", 3, PAGE), PAGE, 0, 20) > 50);
    assertEquals(2, lz4Ratio(PageFills.parse("mixed_50_50", 3, PAGE), PAGE, 0, 20), 0.1);
  }

  @Test
  void aFileIsRepeatedPageByPage(@TempDir Path directory) throws IOException {
    byte[] bytes = new byte[2 * PAGE + 100];
    new Random(1).nextBytes(bytes);
    Path file = Files.write(directory.resolve("data"), bytes);
    byte[] third = page("file=" + file, 1, 3);
    for (int i = 0; i < PAGE; i++) {
      assertEquals(bytes[PAGE + i], third[i]);
    }
  }

  @Test
  void aFileSmallerThanAPageIsRefused(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("small"), new byte[PAGE - 1]);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> PageFills.parse("file=" + file, 1, PAGE));
    assertTrue(e.getMessage().contains("4095 bytes"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ones", "ratio=", "ratio=0.9", "ratio=21", "ratio=NaN", "file=/no/x"})
  void othersAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> PageFills.parse(name, 1, PAGE));
    assertFalse(PageFills.FORMS.isEmpty());
  }

  private static byte[] page(String name, long seed, long page) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(PAGE);
      PageFills.parse(name, seed, PAGE).fill(page, out);
      return out.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static long mismatch(byte[] a, byte[] b) {
    return MemorySegment.ofArray(a).mismatch(MemorySegment.ofArray(b));
  }

  private static double lz4Ratio(PageFill fill, int pageBytes, long firstPage, int pages) {
    PageCodec codec = Codecs.parse("lz4");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(pageBytes);
      MemorySegment target = arena.allocate(2L * pageBytes);
      long compressed = 0;
      for (int i = 0; i < pages; i++) {
        fill.fill(firstPage + i, page);
        compressed += codec.compress(page, 0, pageBytes, target, 0, (int) target.byteSize());
      }
      return (double) pages * pageBytes / compressed;
    }
  }
}
