package io.predicomp.os;

import io.predicomp.os.libc.Libc;

/** The unit of the memory management unit, to which mappings and advice are aligned. */
public final class SystemPage {
  /** Bytes of one page: a power of two, 4096 on most systems, up to 65536 on AArch64. */
  public static final long SIZE = Libc.getpagesize();

  private SystemPage() {}

  /** {@return whether an address, offset or length in bytes is a multiple of the page size} */
  public static boolean isAligned(long bytes) {
    return (bytes & (SIZE - 1)) == 0;
  }

  /**
   * {@return the smallest multiple of the page size that is at least {@code bytes}}
   *
   * @throws IllegalArgumentException if {@code bytes} is negative or that multiple exceeds {@link
   *     Long#MAX_VALUE}
   */
  public static long roundUp(long bytes) {
    if (bytes < 0 || bytes > Long.MAX_VALUE - (SIZE - 1)) {
      throw new IllegalArgumentException(
          bytes + " bytes cannot be rounded up to pages of " + SIZE + " bytes");
    }
    return (bytes + SIZE - 1) & -SIZE;
  }
}
