package io.predicomp.os.process;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.Libc;

/** The clock in which the kernel tells when something happened. */
public final class MonotonicClock {
  private static final int CLOCK_MONOTONIC = 1; // linux/time.h

  private MonotonicClock() {}

  /** {@return the time since the machine started, without suspensions, in nanoseconds} */
  public static long nanos() {
    long result = Libc.clock_gettime(CLOCK_MONOTONIC);
    if (result < 0) {
      throw new ErrnoException("clock_gettime", (int) -result, "CLOCK_MONOTONIC");
    }
    return result;
  }
}
