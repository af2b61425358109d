package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Arrays of address ranges ({@code bits/types/struct_iovec.h}).
 *
 * <pre>{@code
 * struct iovec {
 *   void  *iov_base;
 *   size_t iov_len;
 * };
 * }</pre>
 */
public final class Iovec {
  /** One range. */
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_LONG.withName("iov_base"), JAVA_LONG.withName("iov_len"));

  /** The most ranges one system call takes: {@code UIO_MAXIOV} in {@code linux/uio.h}. */
  public static final int MAX_COUNT = 1024;

  private static final long SIZE = LAYOUT.byteSize();
  private static final long IOV_BASE = LAYOUT.byteOffset(groupElement("iov_base"));
  private static final long IOV_LEN = LAYOUT.byteOffset(groupElement("iov_len"));

  private Iovec() {}

  /** {@return the address of range {@code index}} */
  public static long base(MemorySegment iovecs, int index) {
    return iovecs.get(JAVA_LONG, index * SIZE + IOV_BASE);
  }

  /** {@return the length of range {@code index}, in bytes} */
  public static long length(MemorySegment iovecs, int index) {
    return iovecs.get(JAVA_LONG, index * SIZE + IOV_LEN);
  }

  /** Writes range {@code index}. */
  public static void set(MemorySegment iovecs, int index, long base, long length) {
    iovecs.set(JAVA_LONG, index * SIZE + IOV_BASE, base);
    iovecs.set(JAVA_LONG, index * SIZE + IOV_LEN, length);
  }
}
