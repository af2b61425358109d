package io.predicomp.os.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.os.SystemPage;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ResidencyTest {
  private static final long PAGE = SystemPage.SIZE;

  @Test
  void countsPagesThatWereTouchedAndNotGivenBack() {
    try (Mapping mapping = Mapping.anonymous(10 * PAGE, MemoryAdvice.NOHUGEPAGE)) {
      MemorySegment memory = mapping.segment();
      assertEquals(0, Residency.residentPages(memory));
      for (int page : new int[] {0, 3, 4, 9}) {
        memory.set(JAVA_BYTE, page * PAGE, (byte) 1);
      }
      assertEquals(4, Residency.residentPages(memory));
      assertEquals(4 * PAGE, Residency.residentBytes(memory));
      mapping.advise(MemoryAdvice.DONTNEED, 3 * PAGE, PAGE);
      assertEquals(3, Residency.residentPages(memory));
    }
  }

  @Test
  void aRangeCountsEveryPageItTouches() {
    try (Mapping mapping = Mapping.anonymous(4 * PAGE, MemoryAdvice.NOHUGEPAGE)) {
      MemorySegment memory = mapping.segment();
      memory.fill((byte) 1);
      assertEquals(0, Residency.residentPages(memory.asSlice(PAGE, 0)));
      assertEquals(1, Residency.residentPages(memory.asSlice(PAGE - 1, 1)));
      assertEquals(2, Residency.residentPages(memory.asSlice(PAGE - 1, 2)));
      assertEquals(3, Residency.residentPages(memory.asSlice(1, 2 * PAGE)));
    }
  }

  @Test
  void longRangesAreAskedAboutInParts() {
    long pages = 150_000; // three questions
    try (Mapping mapping = Mapping.anonymous(pages * PAGE, MemoryAdvice.NOHUGEPAGE)) {
      for (long page : new long[] {0, 65_535, 65_536, 131_072, pages - 1}) {
        mapping.segment().set(JAVA_BYTE, page * PAGE, (byte) 1);
      }
      assertEquals(5, Residency.residentPages(mapping.segment()));
    }
  }

  @Test
  void memoryWithoutPagesOfItsOwnIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Residency.residentPages(MemorySegment.ofArray(new byte[1])));
    Mapping mapping = Mapping.anonymous(PAGE);
    mapping.close();
    assertThrows(IllegalStateException.class, () -> Residency.residentPages(mapping.segment()));
  }
}
