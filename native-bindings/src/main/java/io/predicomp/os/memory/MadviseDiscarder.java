package io.predicomp.os.memory;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.Libc;

/**
 * Discards by one {@code madvise(2)} per range. Works everywhere; on locked memory ({@code
 * mlockall}) since Linux 5.18, by a second call.
 */
public final class MadviseDiscarder implements PageDiscarder {
  /** Makes one; there is nothing to open and nothing to close. */
  public MadviseDiscarder() {}

  @Override
  public long discard(AddressRanges ranges) {
    long discarded = 0;
    for (int i = 0; i < ranges.count(); i++) {
      long address = ranges.address(i);
      long length = ranges.length(i);
      int result = discard(address, length);
      if (result < 0) {
        if (discarded > 0) {
          return discarded;
        }
        throw new ErrnoException(
            "madvise",
            -result,
            "address=0x"
                + Long.toHexString(address)
                + ", length="
                + length
                + " bytes, advice=MADV_DONTNEED");
      }
      discarded += length;
    }
    return discarded;
  }

  /** {@return 0, or the negative error of DONTNEED} */
  static int discard(long address, long length) {
    int result = Libc.madvise(address, length, MemoryAdvice.DONTNEED.constant());
    if (result == -Errno.EINVAL.number()
        && Libc.madvise(address, length, MemoryAdvice.DONTNEED_LOCKED.constant()) == 0) {
      return 0;
    }
    return result;
  }

  @Override
  public String toString() {
    return "madvise";
  }
}
