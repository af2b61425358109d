package io.predicomp.workloads.fill;

import java.lang.foreign.MemorySegment;

/** Two fills page by page in turn. */
record MixedFill(String name, PageFill even, PageFill odd) implements PageFill {
  @Override
  public void fill(long page, MemorySegment out) {
    ((page & 1) == 0 ? even : odd).fill(page, out);
  }
}
