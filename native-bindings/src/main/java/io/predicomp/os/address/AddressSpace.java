package io.predicomp.os.address;

import io.predicomp.os.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The whole address space of the process, for code that checks bounds and lifetime itself. */
public final class AddressSpace {
  /**
   * A segment whose offsets are absolute addresses, in bytes. An access outside mapped memory
   * crashes the process. It is a constant and not a field of the object that uses it, because a
   * segment loaded from an instance field is loaded again after every compiler barrier.
   */
  public static final MemorySegment ALL = all();

  /** Bytes from which on a call costs less than as many writes. */
  private static final int WORTH_A_CALL = 64;

  private AddressSpace() {}

  /**
   * {@return a range of addresses as a segment that lives and may be used as {@code scope} says}
   *
   * @param address of the first byte; the memory must outlive the scope
   * @param byteSize in bytes
   */
  @SuppressWarnings("restricted")
  public static MemorySegment view(long address, long byteSize, Arena scope) {
    return MemorySegment.ofAddress(address).reinterpret(byteSize, scope, null);
  }

  /**
   * Sets memory to a value. By the C library, which takes less than half the time of {@link
   * MemorySegment#fill}, and for which no segment has to be made.
   */
  public static void fill(long address, long bytes, byte value) {
    if (bytes >= WORTH_A_CALL) {
      Libc.memset(address, value, bytes);
    } else if (bytes >= Long.BYTES) {
      long word = Byte.toUnsignedLong(value) * 0x0101_0101_0101_0101L;
      long last = address + bytes - Long.BYTES;
      for (long at = address; at < last; at += Long.BYTES) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word);
      }
      ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, last, word);
    } else {
      for (long at = address; at < address + bytes; at++) {
        ALL.set(ValueLayout.JAVA_BYTE, at, value);
      }
    }
  }

  @SuppressWarnings("restricted")
  private static MemorySegment all() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }
}
