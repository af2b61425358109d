package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The ordered and atomic accesses of a {@link PageAccess}, which says what holds of all, and what
 * every access needs. Offsets are bytes from the start of the region, and must be aligned to the
 * size of the access; values are in the native byte order.
 *
 * <p>Each throws {@link IllegalArgumentException} if its offset is not aligned.
 */
@SuppressWarnings("exports") // a slot has no members that users see
public abstract sealed class OrderedAccess extends PinSlot permits BulkAccess {
  private static final MemorySegment ALL = AddressSpace.ALL;
  private static final VarHandle ALIGNED_INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.varHandle();

  final PageTable table;

  // Copies of the table's, because the fields of an access are loaded anew after every compiler
  // barrier, and one load each is what the fast path can afford.
  final byte[] states;
  final long base;
  private final long byteSize;
  private final long pageMask;
  final int pageShift;

  OrderedAccess(PageTable table) {
    this.table = table;
    this.states = table.states();
    this.base = table.base();
    this.byteSize = table.byteSize();
    this.pageMask = table.pageBytes() - 1L;
    this.pageShift = Integer.numberOfTrailingZeros(table.pageBytes());
  }

  final long enterRead(PinSlot slot, long offset, int size) {
    return enter(slot, offset, size, PageTable.READABLE);
  }

  final long enterWrite(PinSlot slot, long offset, int size) {
    return enter(slot, offset, size, PageTable.WRITABLE);
  }

  /**
   * Pins the page of an access and makes it ready; returns its address, valid until {@link #exit}.
   * The order of announcing and reading the state is the accessor's half of the protocol told in
   * {@link PinSlot}.
   */
  private long enter(PinSlot slot, long offset, int size, byte wanted) {
    // Outside the region, or not within one page: the region is whole pages, so its end needs no
    // check of its own.
    if (Long.compareUnsigned(offset, byteSize) >= 0
        || ((offset + (size - 1)) & pageMask) < size - 1) {
      return Pins.enterStraddling(slot, table, offset, size, wanted);
    }
    long address = base + offset;
    int page = (int) (offset >>> pageShift);
    Pins.announce(slot, address);
    if (PageTable.stateAcquire(states, page) < wanted) {
      Pins.settle(slot, table, page, wanted);
    }
    return address;
  }

  /** As {@link #slot()} if that takes no more than a look, else null. */
  abstract @Nullable PinSlot ownSlot();

  /** The slot that announces this thread's next access; each must end with {@link #exit}. */
  abstract PinSlot slot();

  /** Ends the access that {@link #slot()} began. */
  abstract void exit(PinSlot slot);

  abstract CompressedArena arena();

  final void requireSameArena(Region other) {
    if (arena() != other.arena()) {
      throw new IllegalArgumentException("the target region belongs to another arena");
    }
  }

  /** Bytes of the region, a multiple of the page size. */
  public final long byteSize() {
    return table.byteSize();
  }

  /** The int at an offset, with the ordering of a volatile read. */
  public final int getIntVolatile(long offset) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterRead(slot, offset, Integer.BYTES);
      return (int) ALIGNED_INT.getVolatile(ALL, address);
    } finally {
      exit(slot);
    }
  }

  /** Sets the int at an offset, with the ordering of a volatile write. */
  public final void setIntVolatile(long offset, int value) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterWrite(slot, offset, Integer.BYTES);
      ALIGNED_INT.setVolatile(ALL, address, value);
    } finally {
      exit(slot);
    }
  }

  /** The int at an offset; no later access of this thread comes before it. */
  public final int getIntAcquire(long offset) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterRead(slot, offset, Integer.BYTES);
      return (int) ALIGNED_INT.getAcquire(ALL, address);
    } finally {
      exit(slot);
    }
  }

  /** Sets the int at an offset; no earlier access of this thread comes after it. */
  public final void setIntRelease(long offset, int value) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterWrite(slot, offset, Integer.BYTES);
      ALIGNED_INT.setRelease(ALL, address, value);
    } finally {
      exit(slot);
    }
  }

  /**
   * Atomically sets the int at an offset to {@code value} if it is {@code expected}, with the
   * ordering of a volatile read and write.
   *
   * @return whether it was
   */
  public final boolean compareAndSetInt(long offset, int expected, int value) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterWrite(slot, offset, Integer.BYTES);
      return ALIGNED_INT.compareAndSet(ALL, address, expected, value);
    } finally {
      exit(slot);
    }
  }

  /**
   * Atomically adds to the int at an offset, with the ordering of a volatile read and write, and
   * returns what it was.
   */
  public final int getAndAddInt(long offset, int delta) {
    PinSlot slot = enterableAt(offset, Integer.BYTES);
    try {
      long address = enterWrite(slot, offset, Integer.BYTES);
      return (int) ALIGNED_INT.getAndAdd(ALL, address, delta);
    } finally {
      exit(slot);
    }
  }

  /** The long at an offset, with the ordering of a volatile read. */
  public final long getLongVolatile(long offset) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterRead(slot, offset, Long.BYTES);
      return (long) ALIGNED_LONG.getVolatile(ALL, address);
    } finally {
      exit(slot);
    }
  }

  /** Sets the long at an offset, with the ordering of a volatile write. */
  public final void setLongVolatile(long offset, long value) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterWrite(slot, offset, Long.BYTES);
      ALIGNED_LONG.setVolatile(ALL, address, value);
    } finally {
      exit(slot);
    }
  }

  /** The long at an offset; no later access of this thread comes before it. */
  public final long getLongAcquire(long offset) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterRead(slot, offset, Long.BYTES);
      return (long) ALIGNED_LONG.getAcquire(ALL, address);
    } finally {
      exit(slot);
    }
  }

  /** Sets the long at an offset; no earlier access of this thread comes after it. */
  public final void setLongRelease(long offset, long value) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterWrite(slot, offset, Long.BYTES);
      ALIGNED_LONG.setRelease(ALL, address, value);
    } finally {
      exit(slot);
    }
  }

  /**
   * Atomically sets the long at an offset to {@code value} if it is {@code expected}, with the
   * ordering of a volatile read and write.
   *
   * @return whether it was
   */
  public final boolean compareAndSetLong(long offset, long expected, long value) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterWrite(slot, offset, Long.BYTES);
      return ALIGNED_LONG.compareAndSet(ALL, address, expected, value);
    } finally {
      exit(slot);
    }
  }

  /**
   * Atomically adds to the long at an offset, with the ordering of a volatile read and write, and
   * returns what it was.
   */
  public final long getAndAddLong(long offset, long delta) {
    PinSlot slot = enterableAt(offset, Long.BYTES);
    try {
      long address = enterWrite(slot, offset, Long.BYTES);
      return (long) ALIGNED_LONG.getAndAdd(ALL, address, delta);
    } finally {
      exit(slot);
    }
  }

  /** A slot, once it is sure that the access behind it cannot fail for its alignment. */
  private PinSlot enterableAt(long offset, int size) {
    if ((offset & (size - 1)) != 0) {
      throw new IllegalArgumentException(
          "Misaligned access at offset " + offset + "; alignment = " + size);
    }
    return slot();
  }
}
