package io.predicomp.os.memory;

import io.predicomp.os.libc.Iovec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A reusable list of address ranges, kept off-heap in the form the kernel reads ({@code struct
 * iovec}), so that filling and passing it allocates nothing. For one thread at a time. Its memory
 * is freed when the object is unreachable.
 *
 * <p>A range that begins where the last one ends is merged into it: fewer ranges, fewer TLB
 * flushes. Bytes counted from the start of the list mean the same either way.
 */
public final class AddressRanges {
  /** The most ranges one system call takes: {@code UIO_MAXIOV} in {@code linux/uio.h}. */
  public static final int MAX_CAPACITY = Iovec.MAX_COUNT;

  private final MemorySegment iovecs;
  private final int capacity;
  private int count;
  private long byteSize;

  /**
   * @param capacity the most ranges it holds after merging, 1 to {@link #MAX_CAPACITY}
   * @throws IllegalArgumentException if {@code capacity} is outside that
   */
  public AddressRanges(int capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "a list holds 1 to " + MAX_CAPACITY + " address ranges, not " + capacity);
    }
    this.capacity = capacity;
    this.iovecs = Arena.ofAuto().allocate(Iovec.LAYOUT, capacity);
  }

  /** Forgets all ranges. */
  public void clear() {
    count = 0;
    byteSize = 0;
  }

  /**
   * Adds a range at the end.
   *
   * @param address of its first byte
   * @param length in bytes
   * @throws IllegalArgumentException if {@code length} is not positive, or the range ends beyond
   *     the address space
   * @throws IllegalStateException if the list is full and the range does not continue the last one
   */
  public void add(long address, long length) {
    if (length <= 0 || address < 0 || address > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "no range of addresses: " + length + " bytes at 0x" + Long.toHexString(address));
    }
    if (count > 0 && address == address(count - 1) + length(count - 1)) {
      Iovec.set(iovecs, count - 1, address(count - 1), length(count - 1) + length);
    } else {
      if (count == capacity) {
        throw new IllegalStateException("the list is full: it holds " + capacity + " ranges");
      }
      Iovec.set(iovecs, count, address, length);
      count++;
    }
    byteSize += length;
  }

  /** {@return the number of ranges, adjacent ones counted as one} */
  public int count() {
    return count;
  }

  /** {@return whether only a range that continues the last one can still be added} */
  public boolean isFull() {
    return count == capacity;
  }

  /** {@return the most ranges it holds} */
  public int capacity() {
    return capacity;
  }

  /** {@return the sum of all lengths, in bytes} */
  public long byteSize() {
    return byteSize;
  }

  /**
   * {@return the address of range {@code index}}
   *
   * @throws IndexOutOfBoundsException if there is no such range
   */
  public long address(int index) {
    return Iovec.base(iovecs, Objects.checkIndex(index, count));
  }

  /**
   * {@return the length of range {@code index}, in bytes}
   *
   * @throws IndexOutOfBoundsException if there is no such range
   */
  public long length(int index) {
    return Iovec.length(iovecs, Objects.checkIndex(index, count));
  }

  /** {@return the list as the kernel reads it; the first {@link #count()} entries are valid} */
  MemorySegment iovecs() {
    return iovecs;
  }
}
