package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * What a process has used ({@code linux/resource.h}).
 *
 * <pre>{@code
 * struct rusage {
 *   struct timeval ru_utime;    // seconds, microseconds
 *   struct timeval ru_stime;
 *   long ru_maxrss;             // KiB
 *   long ru_ixrss, ru_idrss, ru_isrss;
 *   long ru_minflt;             // faults resolved without I/O
 *   long ru_majflt;             // faults resolved with I/O
 *   long ru_nswap, ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals;
 *   long ru_nvcsw, ru_nivcsw;
 * };
 * }</pre>
 */
public final class Rusage {
  /** {@code RUSAGE_SELF} in {@code linux/resource.h}: all threads of the process. */
  public static final int SELF = 0;

  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(2, JAVA_LONG).withName("ru_utime"),
          MemoryLayout.sequenceLayout(2, JAVA_LONG).withName("ru_stime"),
          JAVA_LONG.withName("ru_maxrss"),
          MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("ru_ixrss_idrss_isrss"),
          JAVA_LONG.withName("ru_minflt"),
          JAVA_LONG.withName("ru_majflt"),
          MemoryLayout.sequenceLayout(6, JAVA_LONG).withName("ru_nswap_to_nsignals"),
          JAVA_LONG.withName("ru_nvcsw"),
          JAVA_LONG.withName("ru_nivcsw"));

  private static final long RU_UTIME = LAYOUT.byteOffset(groupElement("ru_utime"));
  private static final long RU_STIME = LAYOUT.byteOffset(groupElement("ru_stime"));
  private static final long RU_MINFLT = LAYOUT.byteOffset(groupElement("ru_minflt"));
  private static final long RU_MAJFLT = LAYOUT.byteOffset(groupElement("ru_majflt"));

  private Rusage() {}

  /** {@return zeroed memory for one struct} */
  public static MemorySegment allocate(Arena arena) {
    return arena.allocate(LAYOUT);
  }

  /** {@return CPU time, user and system together, in nanoseconds} */
  public static long cpuNanos(MemorySegment rusage) {
    long micros = 0;
    for (long timeval : new long[] {RU_UTIME, RU_STIME}) {
      micros += rusage.get(JAVA_LONG, timeval) * 1_000_000 + rusage.get(JAVA_LONG, timeval + 8);
    }
    return micros * 1000;
  }

  /** {@return memory of the calling thread for one struct, valid until its next call of libc} */
  public static MemorySegment scratch() {
    return ThreadScratch.struct();
  }

  /** {@return faults resolved without I/O} */
  public static long minorFaults(MemorySegment rusage) {
    return rusage.get(JAVA_LONG, RU_MINFLT);
  }

  /** {@return faults resolved with I/O} */
  public static long majorFaults(MemorySegment rusage) {
    return rusage.get(JAVA_LONG, RU_MAJFLT);
  }
}
