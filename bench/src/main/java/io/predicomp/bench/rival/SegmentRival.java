package io.predicomp.bench.rival;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Pages that are read and written as a plain segment. */
abstract class SegmentRival implements Rival {
  /** Opaque reads: the compiler moves plain ones out from between two looks at the clock. */
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  final Pages pages;
  final MemorySegment segment;

  SegmentRival(Pages pages, MemorySegment segment) {
    this.pages = pages;
    this.segment = segment;
  }

  final void fill() {
    for (int page = 0; page < pages.count(); page++) {
      MemorySegment.copy(pages.content(page), 0, segment, Pages.offset(page), Pages.BYTES);
    }
  }

  @Override
  public final void rewrite() {
    for (int page = 0; page < pages.count(); page++) {
      segment.set(JAVA_LONG, Pages.offset(page), pages.firstWord(page));
    }
  }

  @Override
  public final long read(int[] order, int from, long[] nanos) {
    MemorySegment all = segment;
    long sum = 0;
    for (int i = 0; i < nanos.length; i++) {
      long offset = Pages.offset(order[from + i]);
      long start = System.nanoTime();
      sum += (long) WORD.getOpaque(all, offset);
      nanos[i] = System.nanoTime() - start;
    }
    return sum;
  }
}
