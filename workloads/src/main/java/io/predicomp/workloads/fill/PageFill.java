package io.predicomp.workloads.fill;

import java.lang.foreign.MemorySegment;

/**
 * The content of every page before it is touched. The same page always gets the same bytes, so a
 * run can be verified without keeping a copy. Thread-safe.
 */
public interface PageFill {
  /** {@return the name given on the command line} */
  String name();

  /**
   * Writes the whole of one page.
   *
   * @param page number of the page in its region
   * @param out as many bytes as a page has, a multiple of 8
   */
  void fill(long page, MemorySegment out);
}
