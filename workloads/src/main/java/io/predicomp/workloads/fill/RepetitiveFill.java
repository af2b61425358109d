package io.predicomp.workloads.fill;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Two words in turn, others on each page: compresses to almost nothing, but is not same-filled. */
record RepetitiveFill(long seed) implements PageFill {
  @Override
  public String name() {
    return "repetitive";
  }

  @Override
  public void fill(long page, MemorySegment out) {
    long even = Mix.at(seed, page);
    long odd = ~even;
    for (long offset = 0; offset < out.byteSize(); offset += Long.BYTES) {
      out.set(JAVA_LONG_UNALIGNED, offset, (offset & Long.BYTES) == 0 ? even : odd);
    }
  }
}
