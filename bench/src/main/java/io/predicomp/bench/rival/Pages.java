package io.predicomp.bench.rival;

import io.predicomp.workloads.fill.PageFill;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The contents that all rivals get. For one thread. */
final class Pages implements AutoCloseable {
  static final int BYTES = 4096;

  private final PageFill fill;
  private final int count;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment content = arena.allocate(BYTES, Long.BYTES);
  private final long[] firstWords;

  Pages(PageFill fill, int count) {
    this.fill = fill;
    this.count = count;
    firstWords = new long[count];
    for (int page = 0; page < count; page++) {
      firstWords[page] = content(page).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }
  }

  int count() {
    return count;
  }

  long byteSize() {
    return (long) count * BYTES;
  }

  static long offset(int page) {
    return (long) page * BYTES;
  }

  /** {@return the content of a page, until that of another is asked for} */
  MemorySegment content(int page) {
    fill.fill(page, content);
    return content;
  }

  long firstWord(int page) {
    return firstWords[page];
  }

  /** {@return what {@link Rival#read} must return} */
  long sum(int[] order, int from, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += firstWords[order[from + i]];
    }
    return sum;
  }

  @Override
  public void close() {
    arena.close();
  }
}
