package io.predicomp.workloads.memory;

import io.predicomp.workloads.fill.Mix;
import io.predicomp.workloads.fill.PageFill;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The contiguous pages of one worker and what each must contain: its fill, plus the number of times
 * it was written added to one word of it. Nobody else writes these pages, so a count per page is
 * all that has to be remembered. Used by one thread at a time.
 */
public final class PageShare {
  private final PageFill fill;
  private final int pageBytes;
  private final int pageShift; // a shift instead of a multiplication: see wordOffsets
  private final long firstPage;
  private final int[] writes;
  private int filled;

  /**
   * @param pageBytes a power of two
   * @param firstPage number in the region
   * @param pages at least 1
   */
  public PageShare(PageFill fill, int pageBytes, long firstPage, int pages) {
    this.fill = fill;
    this.pageBytes = pageBytes;
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    this.firstPage = firstPage;
    this.writes = new int[pages];
  }

  /** {@return number of pages} */
  public int pages() {
    return writes.length;
  }

  /**
   * {@return the offset in the region of the word of a page that touches read and write}
   *
   * @param page number in this share. Its word is elsewhere on every page, lest all touches fall
   *     into the same cache set
   */
  public long wordOffset(int page) {
    return wordOffset(firstPage + page, pageShift);
  }

  private static long wordOffset(long number, int pageShift) {
    return (number << pageShift) + (Mix.hash(number) & ((1 << pageShift) - Long.BYTES));
  }

  /**
   * Computes what {@link #wordOffset(int)} returns for each of many pages.
   *
   * @param pages numbers in this share
   * @param count how many of them
   * @param offsets gets the offsets
   */
  public void wordOffsets(int[] pages, int count, long[] offsets) {
    long first = firstPage; // nothing but arithmetic: the compiler uses vector instructions
    int shift = pageShift;
    for (int i = 0; i < count; i++) {
      offsets[i] = wordOffset(first + pages[i], shift);
    }
  }

  /** Remembers that the word of a page was incremented. */
  public void wrote(int page) {
    writes[page]++;
  }

  /** Remembers that the words of the first {@code count} of these pages were incremented. */
  public void wrote(int[] pages, int count) {
    int[] writes = this.writes;
    for (int i = 0; i < count; i++) {
      writes[pages[i]]++;
    }
  }

  /**
   * {@return touches that wrote pages of a part of the region, as far as they are in this share;
   * any thread may ask, and may miss the latest}
   *
   * @param first number of the part's first page in the region
   * @param count its pages
   */
  public long writes(long first, long count) {
    int from = Math.clamp(first - firstPage, 0, pages());
    int to = Math.clamp(first + count - firstPage, 0, pages());
    long sum = 0;
    for (int page = from; page < to; page++) {
      sum += writes[page];
    }
    return sum;
  }

  /**
   * Writes every page for the first time.
   *
   * @param stop asked before each page; what is not filled then will not be verified either
   */
  public void fill(TouchTarget target, BooleanSupplier stop) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(pageBytes, Long.BYTES);
      for (; filled < pages() && !stop.getAsBoolean(); filled++) {
        fill.fill(firstPage + filled, page);
        target.writePage((firstPage + filled) * pageBytes, page);
      }
    }
  }

  /** {@return pages that were written} */
  public int filled() {
    return filled;
  }

  /** {@return the first page that does not contain what was written, compared byte by byte} */
  public Optional<Difference> verify(TouchTarget target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(pageBytes, Long.BYTES);
      MemorySegment found = arena.allocate(pageBytes, Long.BYTES);
      for (int i = 0; i < filled; i++) {
        fill.fill(firstPage + i, expected);
        long word = wordOffset(i) & (pageBytes - 1);
        expected.set(
            ValueLayout.JAVA_LONG, word, expected.get(ValueLayout.JAVA_LONG, word) + writes[i]);
        target.readPage((firstPage + i) * pageBytes, found);
        long at = expected.mismatch(found);
        if (at >= 0) {
          return Optional.of(
              new Difference(
                  firstPage + i,
                  at,
                  expected.get(ValueLayout.JAVA_BYTE, at),
                  found.get(ValueLayout.JAVA_BYTE, at)));
        }
      }
      return Optional.empty();
    }
  }
}
