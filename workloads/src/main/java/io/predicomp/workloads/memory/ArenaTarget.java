package io.predicomp.workloads.memory;

import io.predicomp.arena.Cursor;
import java.lang.foreign.MemorySegment;

/** The arena, through a cursor of the thread that made it. */
record ArenaTarget(Cursor cursor) implements TouchTarget {
  @Override
  public long read(long offset) {
    return cursor.getLong(offset);
  }

  @Override
  public void increment(long offset) {
    cursor.addLong(offset, 1);
  }

  @Override
  public void writePage(long offset, MemorySegment page) {
    cursor.copyFrom(offset, page, 0, page.byteSize());
  }

  @Override
  public void readPage(long offset, MemorySegment page) {
    cursor.copyTo(offset, page, 0, page.byteSize());
  }
}
