package io.predicomp.os.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Which pages have physical memory now: {@code mincore(2)}. Thread-safe; a snapshot at best. */
public final class Residency {
  /** How many pages one call asks about: 64 KiB of answers, a byte each. */
  private static final long PAGES_PER_CALL = 65_536;

  private Residency() {}

  /**
   * {@return how many of the system pages that the range touches are resident}
   *
   * @param range of mapped native memory; it need not be aligned
   * @throws IllegalArgumentException if the range is not native memory
   * @throws IllegalStateException if the range's memory is freed
   * @throws ErrnoException if some of it is not mapped (ENOMEM)
   */
  public static long residentPages(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException("only native memory has pages of its own: " + range);
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException("the memory is freed: " + range);
    }
    if (range.byteSize() == 0) {
      return 0;
    }
    long start = range.address() & -SystemPage.SIZE;
    long pages = SystemPage.roundUp(range.address() + range.byteSize() - start) / SystemPage.SIZE;
    long resident = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answers = arena.allocate(Math.min(pages, PAGES_PER_CALL));
      for (long first = 0; first < pages; first += PAGES_PER_CALL) {
        long asked = Math.min(pages - first, PAGES_PER_CALL);
        resident += residentPages(start + first * SystemPage.SIZE, asked, answers);
      }
    }
    return resident;
  }

  /**
   * {@return how many bytes of physical memory the system pages that the range touches have}
   *
   * @throws IllegalArgumentException as {@link #residentPages}
   * @throws IllegalStateException as {@link #residentPages}
   * @throws ErrnoException as {@link #residentPages}
   */
  public static long residentBytes(MemorySegment range) {
    return residentPages(range) * SystemPage.SIZE;
  }

  private static long residentPages(long address, long pages, MemorySegment answers) {
    int result = Libc.mincore(address, pages * SystemPage.SIZE, answers);
    if (result < 0) {
      throw new ErrnoException(
          "mincore", -result, "address=0x" + Long.toHexString(address) + ", pages=" + pages);
    }
    long resident = 0;
    for (long i = 0; i < pages; i++) {
      resident += answers.get(JAVA_BYTE, i) & 1; // the other bits are reserved
    }
    return resident;
  }
}
