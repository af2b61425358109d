package io.predicomp.arena.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * Native working memory that one call uses at a time, lent out without locks or allocation.
 *
 * <p>A thread claims a slot for the length of one native call. It looks first at the slot that its
 * thread id points to, so that a thread mostly gets a context still warm in its processor's cache,
 * then at all others. There are several times more slots than processors, so all of them are taken
 * only while many threads are descheduled in the middle of a call; then a thread yields the
 * processor to them until one is released. Growing instead would let a burst of threads keep memory
 * for ever, and a {@link ThreadLocal} would keep a context per thread that ever came by.
 *
 * <p>Nothing between claim and release may park: a virtual thread keeps its carrier throughout.
 *
 * <p>Contexts live as long as the process and are shared by all codec instances of a kind.
 */
final class ContextPool {
  private static final VarHandle CLAIMED = MethodHandles.arrayElementVarHandle(int[].class);

  /**
   * Ints between the words of two slots: 128 bytes, two cache lines, which are fetched in pairs.
   */
  private static final int STRIDE = 32;

  private static final int SLOTS_PER_PROCESSOR = 4;

  private LongSupplier create;
  private final int mask;
  private final int[] claimed;

  /** Addresses, 0 where none was created yet; an element belongs to whoever claimed its slot. */
  private final long[] contexts;

  /** A pool that creates a context when a slot is claimed for the first time. */
  ContextPool(LongSupplier create) {
    this(create, SLOTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
  }

  /**
   * A pool with at least that many slots.
   *
   * @param create returns the address of a new context
   */
  ContextPool(LongSupplier create, int minimumSlots) {
    int slots = 1 << (Integer.SIZE - Integer.numberOfLeadingZeros(minimumSlots - 1));
    this.create = create;
    this.mask = slots - 1;
    this.claimed = new int[slots * STRIDE];
    this.contexts = new long[slots];
  }

  /**
   * Creates all contexts that there are not yet, so that no later claim can fail for want of
   * memory. What was created before a failure is kept for the next call. One thread at a time,
   * before the first claim.
   */
  void preallocate() {
    for (int slot = 0; slot < slots(); slot++) {
      if (contexts[slot] == 0) {
        contexts[slot] = create.getAsLong();
      }
    }
  }

  /** For tests: what creates contexts from now on. */
  void setCreate(LongSupplier replacement) {
    create = replacement;
  }

  int slots() {
    return mask + 1;
  }

  /** {@return a slot that is the caller's until it calls {@link #release}} */
  // Yielding decides only how fast a slot is found again, not whether the result is right.
  @SuppressWarnings("ThreadPriorityCheck")
  int claim() {
    int first = (int) Thread.currentThread().threadId();
    while (true) {
      for (int i = 0; i <= mask; i++) {
        int slot = (first + i) & mask;
        if (tryClaim(slot)) {
          ensureCreated(slot);
          return slot;
        }
      }
      Thread.yield();
    }
  }

  /** {@return the address of a claimed slot's context} */
  long context(int slot) {
    return contexts[slot];
  }

  void release(int slot) {
    // Pairs with the acquire of the next claim: its owner sees what this one did to the context.
    CLAIMED.setRelease(claimed, slot * STRIDE, 0);
  }

  private boolean tryClaim(int slot) {
    int index = slot * STRIDE;
    return (int) CLAIMED.getOpaque(claimed, index) == 0
        && CLAIMED.weakCompareAndSetAcquire(claimed, index, 0, 1);
  }

  private void ensureCreated(int slot) {
    if (contexts[slot] == 0) {
      boolean created = false;
      try {
        contexts[slot] = create.getAsLong();
        created = true;
      } finally {
        if (!created) {
          release(slot);
        }
      }
    }
  }
}
