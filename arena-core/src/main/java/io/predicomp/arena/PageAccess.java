package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Typed access to the bytes of a region. Offsets are bytes from the start of the region. A page
 * that is compressed is restored first; no access ever sees anything but what was written last.
 *
 * <p>Plain accesses may be unaligned and may straddle pages; without a {@link ByteOrder} they use
 * the native one. Like plain accesses of a {@link MemorySegment} they are not atomic when unaligned
 * and order nothing. Accesses whose name says more (volatile, acquire, release, compare-and-set,
 * get-and-add) need an aligned offset.
 *
 * <p>Through a {@link Region} any thread may access, through a {@link Cursor} only the one it was
 * made for; another gets {@link WrongThreadException}.
 *
 * <p>Every access throws {@link IndexOutOfBoundsException} if any byte of it lies outside the
 * region, {@link IllegalStateException} if the region is closed, and {@link CorruptPageException}
 * if the page cannot be restored. Such an access has read and written nothing, unless it was one to
 * many pages, of which those before the one that failed are done.
 */
public abstract sealed class PageAccess extends BulkAccess permits Region, Cursor {
  private static final MemorySegment ALL = AddressSpace.ALL;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Pages are no smaller, so what straddles none of these straddles no page. */
  private static final int SMALLEST_PAGE = 4096;

  /** From 2<sup>44</sup> on an offset may be of a page beyond 2<sup>32</sup>. */
  private static final int FAR_SHIFT = 44;

  PageAccess(PageTable table) {
    super(table);
  }

  // The plain accessors below are written for the register allocator. Their way through a ready
  // page holds no call, because C2 spills what is live across one, on this way too; so whatever
  // else may happen is a method of its own, reached after the access is given up. And each load of
  // a field costs a register of the few that an access waiting for memory leaves
  // (docs/design-decisions.md).

  /** Whether an access lies within one page of the region. */
  private static boolean isWithinOnePage(long offset, int size, byte[] states, int page) {
    return offset >>> FAR_SHIFT == 0 // or else its page number may not fit an int
        && (((int) offset & (size - 1)) == 0
            || ((int) offset + (size - 1) & SMALLEST_PAGE - 1) >= size - 1)
        && Integer.compareUnsigned(page, states.length) < 0;
  }

  private int page(long offset) {
    return (int) (offset >>> pageShift);
  }

  /** The accessor's half of the protocol told in {@link PinSlot}, up to the access itself. */
  private static boolean isReady(PinSlot slot, long address, byte[] states, int page, byte wanted) {
    Pins.announce(slot, address);
    return PageTable.stateAcquire(states, page) >= wanted;
  }

  // --- plain ----------------------------------------------------------------------------------

  /** The byte at an offset. */
  public final byte getByte(long offset) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Byte.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.READABLE)) {
          return ALL.get(BYTE, address);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return getByteSlowly(offset);
  }

  private byte getByteSlowly(long offset) {
    PinSlot slot = slot();
    try {
      return ALL.get(BYTE, enterRead(slot, offset, Byte.BYTES));
    } finally {
      exit(slot);
    }
  }

  /** Sets the byte at an offset. */
  public final void setByte(long offset, byte value) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Byte.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          ALL.set(BYTE, address, value);
          return;
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    setByteSlowly(offset, value);
  }

  private void setByteSlowly(long offset, byte value) {
    PinSlot slot = slot();
    try {
      ALL.set(BYTE, enterWrite(slot, offset, Byte.BYTES), value);
    } finally {
      exit(slot);
    }
  }

  /** The short that begins at an offset. */
  public final short getShort(long offset) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Short.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.READABLE)) {
          return ALL.get(SHORT, address);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return getShortSlowly(offset);
  }

  private short getShortSlowly(long offset) {
    PinSlot slot = slot();
    try {
      return ALL.get(SHORT, enterRead(slot, offset, Short.BYTES));
    } finally {
      exit(slot);
    }
  }

  /** Sets the short that begins at an offset. */
  public final void setShort(long offset, short value) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Short.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          ALL.set(SHORT, address, value);
          return;
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    setShortSlowly(offset, value);
  }

  private void setShortSlowly(long offset, short value) {
    PinSlot slot = slot();
    try {
      ALL.set(SHORT, enterWrite(slot, offset, Short.BYTES), value);
    } finally {
      exit(slot);
    }
  }

  /** The int that begins at an offset. */
  public final int getInt(long offset) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Integer.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.READABLE)) {
          return ALL.get(INT, address);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return getIntSlowly(offset);
  }

  private int getIntSlowly(long offset) {
    PinSlot slot = slot();
    try {
      return ALL.get(INT, enterRead(slot, offset, Integer.BYTES));
    } finally {
      exit(slot);
    }
  }

  /** Sets the int that begins at an offset. */
  public final void setInt(long offset, int value) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Integer.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          ALL.set(INT, address, value);
          return;
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    setIntSlowly(offset, value);
  }

  private void setIntSlowly(long offset, int value) {
    PinSlot slot = slot();
    try {
      ALL.set(INT, enterWrite(slot, offset, Integer.BYTES), value);
    } finally {
      exit(slot);
    }
  }

  /** The long that begins at an offset. */
  public final long getLong(long offset) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Long.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.READABLE)) {
          return ALL.get(LONG, address);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return getLongSlowly(offset);
  }

  private long getLongSlowly(long offset) {
    PinSlot slot = slot();
    try {
      return ALL.get(LONG, enterRead(slot, offset, Long.BYTES));
    } finally {
      exit(slot);
    }
  }

  /** Sets the long that begins at an offset. */
  public final void setLong(long offset, long value) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Long.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          ALL.set(LONG, address, value);
          return;
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    setLongSlowly(offset, value);
  }

  private void setLongSlowly(long offset, long value) {
    PinSlot slot = slot();
    try {
      ALL.set(LONG, enterWrite(slot, offset, Long.BYTES), value);
    } finally {
      exit(slot);
    }
  }

  /** The float that begins at an offset. */
  public final float getFloat(long offset) {
    return Float.intBitsToFloat(getInt(offset));
  }

  /** Sets the float that begins at an offset. */
  public final void setFloat(long offset, float value) {
    setInt(offset, Float.floatToRawIntBits(value));
  }

  /** The double that begins at an offset. */
  public final double getDouble(long offset) {
    return Double.longBitsToDouble(getLong(offset));
  }

  /** Sets the double that begins at an offset. */
  public final void setDouble(long offset, double value) {
    setLong(offset, Double.doubleToRawLongBits(value));
  }

  // --- plain, read and write in one -----------------------------------------------------------

  /**
   * Adds to the int and returns the sum. Costs one access, where a get and a set are two, and like
   * those it is not atomic: of two threads that add to the same int one may be lost ({@link
   * #getAndAddInt} loses none).
   */
  public final int addInt(long offset, int delta) {
    return addInt(offset, delta, false);
  }

  /** As {@link #addInt(long, int)}, to an int in this byte order. */
  public final int addInt(long offset, ByteOrder order, int delta) {
    return addInt(offset, delta, !isNative(order));
  }

  private int addInt(long offset, int delta, boolean reversed) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Integer.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          return addIntAt(address, delta, reversed);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return addIntSlowly(offset, delta, reversed);
  }

  private int addIntSlowly(long offset, int delta, boolean reversed) {
    PinSlot slot = slot();
    try {
      return addIntAt(enterWrite(slot, offset, Integer.BYTES), delta, reversed);
    } finally {
      exit(slot);
    }
  }

  private static int addIntAt(long address, int delta, boolean reversed) {
    int value = ALL.get(INT, address);
    int sum = (reversed ? Integer.reverseBytes(value) : value) + delta;
    ALL.set(INT, address, reversed ? Integer.reverseBytes(sum) : sum);
    return sum;
  }

  /**
   * Adds to the long and returns the sum. Costs one access, where a get and a set are two, and like
   * those it is not atomic: of two threads that add to the same long one may be lost ({@link
   * #getAndAddLong} loses none).
   */
  public final long addLong(long offset, long delta) {
    return addLong(offset, delta, false);
  }

  /** As {@link #addLong(long, long)}, to a long in this byte order. */
  public final long addLong(long offset, ByteOrder order, long delta) {
    return addLong(offset, delta, !isNative(order));
  }

  private long addLong(long offset, long delta, boolean reversed) {
    byte[] states = this.states;
    int page = page(offset);
    PinSlot slot;
    if (isWithinOnePage(offset, Long.BYTES, states, page) && (slot = ownSlot()) != null) {
      long address = base + offset;
      try {
        if (isReady(slot, address, states, page, PageTable.WRITABLE)) {
          return addLongAt(address, delta, reversed);
        }
      } finally {
        Pins.exitOwned(slot);
      }
    }
    return addLongSlowly(offset, delta, reversed);
  }

  private long addLongSlowly(long offset, long delta, boolean reversed) {
    PinSlot slot = slot();
    try {
      return addLongAt(enterWrite(slot, offset, Long.BYTES), delta, reversed);
    } finally {
      exit(slot);
    }
  }

  private static long addLongAt(long address, long delta, boolean reversed) {
    long value = ALL.get(LONG, address);
    long sum = (reversed ? Long.reverseBytes(value) : value) + delta;
    ALL.set(LONG, address, reversed ? Long.reverseBytes(sum) : sum);
    return sum;
  }

  // --- with a byte order ----------------------------------------------------------------------

  /** The short that begins at an offset, in this byte order. */
  public final short getShort(long offset, ByteOrder order) {
    short value = getShort(offset);
    return isNative(order) ? value : Short.reverseBytes(value);
  }

  /** Sets the short that begins at an offset, in this byte order. */
  public final void setShort(long offset, ByteOrder order, short value) {
    setShort(offset, isNative(order) ? value : Short.reverseBytes(value));
  }

  /** The int that begins at an offset, in this byte order. */
  public final int getInt(long offset, ByteOrder order) {
    int value = getInt(offset);
    return isNative(order) ? value : Integer.reverseBytes(value);
  }

  /** Sets the int that begins at an offset, in this byte order. */
  public final void setInt(long offset, ByteOrder order, int value) {
    setInt(offset, isNative(order) ? value : Integer.reverseBytes(value));
  }

  /** The long that begins at an offset, in this byte order. */
  public final long getLong(long offset, ByteOrder order) {
    long value = getLong(offset);
    return isNative(order) ? value : Long.reverseBytes(value);
  }

  /** Sets the long that begins at an offset, in this byte order. */
  public final void setLong(long offset, ByteOrder order, long value) {
    setLong(offset, isNative(order) ? value : Long.reverseBytes(value));
  }

  /** The float that begins at an offset, in this byte order. */
  public final float getFloat(long offset, ByteOrder order) {
    return Float.intBitsToFloat(getInt(offset, order));
  }

  /** Sets the float that begins at an offset, in this byte order. */
  public final void setFloat(long offset, ByteOrder order, float value) {
    setInt(offset, order, Float.floatToRawIntBits(value));
  }

  /** The double that begins at an offset, in this byte order. */
  public final double getDouble(long offset, ByteOrder order) {
    return Double.longBitsToDouble(getLong(offset, order));
  }

  /** Sets the double that begins at an offset, in this byte order. */
  public final void setDouble(long offset, ByteOrder order, double value) {
    setLong(offset, order, Double.doubleToRawLongBits(value));
  }

  private static boolean isNative(ByteOrder order) {
    return order == ByteOrder.nativeOrder();
  }
}
