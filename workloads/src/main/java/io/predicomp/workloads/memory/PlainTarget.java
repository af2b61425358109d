package io.predicomp.workloads.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Ordinary memory. */
record PlainTarget(MemorySegment segment) implements TouchTarget {
  @Override
  public long read(long offset) {
    return segment.get(JAVA_LONG, offset);
  }

  @Override
  public void increment(long offset) {
    segment.set(JAVA_LONG, offset, segment.get(JAVA_LONG, offset) + 1);
  }

  @Override
  public void writePage(long offset, MemorySegment page) {
    MemorySegment.copy(page, 0, segment, offset, page.byteSize());
  }

  @Override
  public void readPage(long offset, MemorySegment page) {
    MemorySegment.copy(segment, offset, page, 0, page.byteSize());
  }
}
