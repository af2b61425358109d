package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Handles freed by any thread and not yet taken back by the owner: a lock-free stack whose head and
 * links lie off-heap, so that native code may push on it as well.
 *
 * <pre>
 *  pool header, at offset 0 of the mapping          a freed slot, at handle * 16
 *  byte 0        8             16                   +-----------------------------+---------+
 *      +--------+-------------+---------------+     | next | length | 0x44  (u64) | payload |
 *      | head   | freed bytes | freed objects |     +-----------------------------+---------+
 *      +--------+-------------+---------------+        │
 *        │  ▲         running totals                   │       bits: SlotHeader
 *        │  └── 0: empty                               ▼
 *        └────────► slot ──────► slot ──────► next = 0
 * </pre>
 *
 * To push {@code handle}:
 *
 * <ol>
 *   <li>compare-and-set its header from LIVE to {@code FREED(next = head, same length)}; a header
 *       that is not LIVE was freed twice
 *   <li>add its length to the freed bytes and 1 to the freed objects, relaxed
 *   <li>compare-and-set the head from {@code next} to {@code handle}, release; when that fails,
 *       write the new next with a plain store and try again
 * </ol>
 *
 * The owner takes the whole list with one get-and-set, acquire. Nothing is ever popped singly, so a
 * head that went away and came back does no harm. Release pairs with acquire for the links. The
 * totals are added before the push: the owner, which counts what it drains, never sees more drained
 * than freed.
 */
final class FreedList {
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final long HEAD = 0;
  private static final long FREED_BYTES = 8;
  private static final long FREED_OBJECTS = 16;

  private final MemorySegment memory;

  FreedList(MemorySegment memory) {
    this.memory = memory;
  }

  /**
   * Any thread.
   *
   * @throws IllegalStateException if the handle is not live with that length
   */
  void push(long handle, int length) {
    long slot = ExtentTable.offsetOf(handle);
    long live = (long) WORD.getOpaque(memory, slot);
    long head = (long) WORD.getOpaque(memory, HEAD);
    if (SlotHeader.state(live) != SlotHeader.LIVE
        || SlotHeader.length(live) != length
        || !WORD.compareAndSet(memory, slot, live, SlotHeader.freed(head, length))) {
      throw notLive(handle, length);
    }
    long _ = (long) WORD.getAndAddRelease(memory, FREED_BYTES, (long) length);
    long _ = (long) WORD.getAndAddRelease(memory, FREED_OBJECTS, 1L);
    while (!WORD.weakCompareAndSetRelease(memory, HEAD, head, handle)) {
      head = (long) WORD.getOpaque(memory, HEAD);
      WORD.setOpaque(memory, slot, SlotHeader.freed(head, length));
    }
  }

  private static IllegalStateException notLive(long handle, int length) {
    return new IllegalStateException(
        "handle " + handle + " is not live with " + length + " bytes (freed twice?)");
  }

  /** Owner only. The first handle of the list, which is empty from now on; 0 if it was empty. */
  long takeAll() {
    if ((long) WORD.getOpaque(memory, HEAD) == 0) {
      return 0;
    }
    return (long) WORD.getAndSetAcquire(memory, HEAD, 0L);
  }

  /** The list as it is, for inspection. */
  long head() {
    return (long) WORD.getAcquire(memory, HEAD);
  }

  /** Payload bytes freed since the pool was made. Any thread. */
  long freedBytes() {
    return (long) WORD.getOpaque(memory, FREED_BYTES);
  }

  /** Objects freed since the pool was made. Any thread. */
  long freedObjects() {
    return (long) WORD.getOpaque(memory, FREED_OBJECTS);
  }
}
