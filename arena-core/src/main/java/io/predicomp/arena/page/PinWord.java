package io.predicomp.arena.page;

/**
 * Names the pages of one access.
 *
 * <pre>
 *   63      48 47                                     0
 *   | pages-1 |  an address within the first page      |
 * </pre>
 *
 * An address and not a page number, because the fast path has it at hand: the pin of an access to
 * one page is the address of the access. User addresses fit 47 bits on x86-64 and 48 on AArch64
 * unless a mapping asks for more (five-level paging, 52 bits), which ours do not. Closing a region
 * waits for its pins, so an address never stands for two regions.
 */
final class PinWord {
  private static final int COUNT_SHIFT = 48;
  private static final long ADDRESS_MASK = (1L << COUNT_SHIFT) - 1;

  /** The most pages one word can name. */
  static final int MAX_PAGES = 1 << (Long.SIZE - COUNT_SHIFT);

  private PinWord() {}

  static long of(PageTable table, int page, int count) {
    assert count > 0 && count <= MAX_PAGES;
    return ((long) (count - 1) << COUNT_SHIFT) | table.address(page);
  }

  /** Index in {@code table} of the first page; outside it if the pin is of another region. */
  static long firstPage(long pin, PageTable table) {
    return ((pin & ADDRESS_MASK) - table.base) >> table.pageShift;
  }

  static int pages(long pin) {
    return (int) (pin >>> COUNT_SHIFT) + 1;
  }
}
