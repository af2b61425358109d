package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * A time in seconds and nanoseconds ({@code bits/types/struct_timespec.h}).
 *
 * <pre>{@code
 * struct timespec {
 *   time_t tv_sec;
 *   long   tv_nsec;
 * };
 * }</pre>
 */
final class Timespec {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"));

  private static final long TV_SEC = LAYOUT.byteOffset(groupElement("tv_sec"));
  private static final long TV_NSEC = LAYOUT.byteOffset(groupElement("tv_nsec"));

  private Timespec() {}

  /** {@return the time, in nanoseconds} */
  static long nanos(MemorySegment timespec) {
    return timespec.get(JAVA_LONG, TV_SEC) * 1_000_000_000L + timespec.get(JAVA_LONG, TV_NSEC);
  }

  /** {@return that many nanoseconds, in memory valid until the thread's next call of libc} */
  static MemorySegment of(long nanos) {
    MemorySegment timespec = ThreadScratch.struct();
    timespec.set(JAVA_LONG, TV_SEC, nanos / 1_000_000_000L);
    timespec.set(JAVA_LONG, TV_NSEC, nanos % 1_000_000_000L);
    return timespec;
  }
}
