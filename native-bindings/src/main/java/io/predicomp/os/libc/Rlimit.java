package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * A limit on a resource ({@code linux/resource.h}; {@code RLIM_INFINITY} is all ones).
 *
 * <pre>{@code
 * struct rlimit {
 *   rlim_t rlim_cur;  // soft: what holds
 *   rlim_t rlim_max;  // hard: how far the soft one can be raised
 * };
 * }</pre>
 */
public final class Rlimit {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_LONG.withName("rlim_cur"), JAVA_LONG.withName("rlim_max"));

  private Rlimit() {}

  /** {@return memory of the calling thread for one struct, valid until its next call of libc} */
  public static MemorySegment scratch() {
    return ThreadScratch.struct();
  }

  /** {@return the soft limit, unsigned} */
  public static long soft(MemorySegment rlimit) {
    return rlimit.get(JAVA_LONG, 0);
  }

  /** {@return the hard limit, unsigned} */
  public static long hard(MemorySegment rlimit) {
    return rlimit.get(JAVA_LONG, 8);
  }

  /** {@return the struct with these limits, valid until the thread's next call of libc} */
  public static MemorySegment of(long soft, long hard) {
    MemorySegment rlimit = ThreadScratch.struct();
    rlimit.set(JAVA_LONG, 0, soft);
    rlimit.set(JAVA_LONG, 8, hard);
    return rlimit;
  }
}
