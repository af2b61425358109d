package io.predicomp.workloads.memory;

import java.lang.foreign.MemorySegment;

/** How one thread reaches the region. Offsets and lengths are bytes. Allocates nothing. */
public interface TouchTarget {
  /** {@return the word at an offset, a multiple of 8} */
  long read(long offset);

  /** Adds one to the word at an offset, a multiple of 8; not atomic. */
  void increment(long offset);

  /** Overwrites a page. */
  void writePage(long offset, MemorySegment page);

  /** Copies a page out. */
  void readPage(long offset, MemorySegment page);
}
