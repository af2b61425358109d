package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PinWordTest {
  /** Near the end of what user space has without five-level paging. */
  private static final long HIGH = 0x7FFF_0000_0000L;

  private static final int PAGES = 70_000;

  private static PageTable table(long base, int pageBytes) {
    return new PageTable(base, (long) PAGES * pageBytes, pageBytes, 1, false);
  }

  @Property(tries = 300)
  void namesItsPages(
      @ForAll @IntRange(max = PAGES - 1) int page,
      @ForAll @IntRange(min = 1, max = PinWord.MAX_PAGES) int count) {
    PageTable table = table(HIGH, 4096);
    long pin = PinWord.of(table, page, count);
    assertNotEquals(0, pin);
    assertEquals(page, PinWord.firstPage(pin, table));
    assertEquals(count, PinWord.pages(pin));
  }

  @Property(tries = 300)
  void anyAddressOfAPageNamesThatPage(
      @ForAll @IntRange(max = PAGES - 1) int page, @ForAll @IntRange(max = 65_535) int within) {
    PageTable table = table(HIGH, 65_536);
    long pin = table.address(page) + within;
    assertEquals(page, PinWord.firstPage(pin, table));
    assertEquals(1, PinWord.pages(pin));
  }

  @Test
  void aPinOfAnotherRegionNamesNoPageOfThisOne() {
    PageTable low = table(1L << 32, 4096);
    PageTable high = table(low.base + low.byteSize, 4096);
    long lastOfLow = PinWord.of(low, PAGES - 1, 1);
    assertTrue(PinWord.firstPage(lastOfLow, high) + PinWord.pages(lastOfLow) <= 0);
    assertTrue(PinWord.firstPage(PinWord.of(high, 0, 1), low) >= PAGES);
  }
}
