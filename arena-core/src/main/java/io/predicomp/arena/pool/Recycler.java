package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Turns freed slots into vacant ones, a few at a time or all. Owner only. */
final class Recycler {
  private final MemorySegment memory;
  private final FreedList freedList;
  private final Slabs slabs;

  /** Rest of the list taken last. */
  private long taken;

  private long drainedBytes;
  private long drainedObjects;

  Recycler(MemorySegment memory, FreedList freedList, Slabs slabs) {
    this.memory = memory;
    this.freedList = freedList;
    this.slabs = slabs;
  }

  /**
   * Recycles at most {@code most} slots and returns how many.
   *
   * @throws IllegalStateException if the list holds a slot that was not freed
   */
  int recycle(int most) {
    int count = 0;
    while (count < most) {
      if (taken == 0) {
        taken = freedList.takeAll();
        if (taken == 0) {
          break;
        }
      }
      long word = memory.get(JAVA_LONG, ExtentTable.offsetOf(taken));
      if (SlotHeader.state(word) != SlotHeader.FREED) {
        throw new IllegalStateException("handle " + taken + " is in the freed list but not freed");
      }
      long handle = taken;
      taken = SlotHeader.next(word);
      drainedBytes += SlotHeader.length(word);
      drainedObjects++;
      slabs.giveBack(handle);
      count++;
    }
    return count;
  }

  long taken() {
    return taken;
  }

  long drainedBytes() {
    return drainedBytes;
  }

  long drainedObjects() {
    return drainedObjects;
  }
}
