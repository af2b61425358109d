package io.predicomp.workloads.fill;

import java.lang.foreign.MemorySegment;

/** Zeros: same-filled pages, which cost no pool bytes until they are touched. */
record ZeroFill() implements PageFill {
  @Override
  public String name() {
    return "zero";
  }

  @Override
  public void fill(long page, MemorySegment out) {
    out.fill((byte) 0);
  }
}
