package io.predicomp.arena.page;

import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A word outside the heap, zero at first, read and written as a cursor does: plain, at an address
 * of all memory. What the compiler may do to such an access is what is in doubt, because the memory
 * model says nothing about it.
 */
final class OffHeapWord {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** More than there are states at any one time, each in cache lines of its own. */
  private static final int WORDS = 1 << 18;

  private static final int BYTES_APART = 256;
  private static final Mapping MEMORY = Mapping.anonymous((long) WORDS * BYTES_APART);
  private static final long BASE = MEMORY.address();
  private static final AtomicLong TAKEN = new AtomicLong();

  private final long address;

  OffHeapWord() {
    address = BASE + TAKEN.getAndIncrement() % WORDS * BYTES_APART;
    set(0);
  }

  int get() {
    return (int) AddressSpace.ALL.get(LONG, address);
  }

  void set(int value) {
    AddressSpace.ALL.set(LONG, address, value);
  }
}
