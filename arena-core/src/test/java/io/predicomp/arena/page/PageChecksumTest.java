package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageChecksumTest {
  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384})
  void everySingleBitCounts(int pageBytes) {
    try (Mapping page = Mapping.anonymous(pageBytes)) {
      byte[] random = new byte[pageBytes];
      new Random(1).nextBytes(random);
      MemorySegment.copy(random, 0, page.segment(), ValueLayout.JAVA_BYTE, 0, pageBytes);
      int right = PageChecksum.of(page.address(), pageBytes);
      for (int bit = 0; bit < pageBytes * Byte.SIZE; bit++) {
        flip(page.segment(), bit);
        assertNotEquals(right, PageChecksum.of(page.address(), pageBytes), "bit " + bit);
        flip(page.segment(), bit);
      }
      assertEquals(right, PageChecksum.of(page.address(), pageBytes));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 32, 64, 2048})
  void swappedPiecesCount(int piece) {
    try (Mapping page = Mapping.anonymous(4096)) {
      byte[] random = new byte[4096];
      new Random(2).nextBytes(random);
      MemorySegment.copy(random, 0, page.segment(), ValueLayout.JAVA_BYTE, 0, 4096);
      int right = PageChecksum.of(page.address(), 4096);
      MemorySegment.copy(random, 0, page.segment(), ValueLayout.JAVA_BYTE, piece, piece);
      MemorySegment.copy(random, piece, page.segment(), ValueLayout.JAVA_BYTE, 0, piece);
      assertNotEquals(right, PageChecksum.of(page.address(), 4096));
    }
  }

  private static void flip(MemorySegment page, int bit) {
    long at = bit / Byte.SIZE;
    byte value = page.get(ValueLayout.JAVA_BYTE, at);
    page.set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ (1 << (bit % Byte.SIZE))));
  }
}
