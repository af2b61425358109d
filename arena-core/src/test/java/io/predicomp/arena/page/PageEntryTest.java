package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class PageEntryTest {
  private static final long MOST = (1L << 40) - 1;

  @Property
  void fieldsDoNotRunIntoEachOther(
      @ForAll @IntRange(max = 255) int codec,
      @ForAll @IntRange(min = 1, max = 65_535) int length,
      @ForAll @LongRange(min = 1, max = MOST) long handle,
      @ForAll @LongRange(min = 1, max = MOST) long moved) {
    long entry = PageEntry.of(codec, length, handle);
    assertEquals(codec, PageEntry.codec(entry));
    assertEquals(length, PageEntry.length(entry));
    assertEquals(handle, PageEntry.handle(entry));
    assertEquals(PageEntry.of(codec, length, moved), PageEntry.withHandle(entry, moved));
  }
}
