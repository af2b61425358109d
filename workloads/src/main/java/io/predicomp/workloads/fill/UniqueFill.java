package io.predicomp.workloads.fill;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Random words: does not compress. */
record UniqueFill(long seed) implements PageFill {
  @Override
  public String name() {
    return "unique";
  }

  @Override
  public void fill(long page, MemorySegment out) {
    long key = Mix.at(seed, page);
    for (long offset = 0; offset < out.byteSize(); offset += Long.BYTES) {
      out.set(JAVA_LONG_UNALIGNED, offset, Mix.at(key, offset));
    }
  }
}
