package io.predicomp.os.memory;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.Libc;
import io.predicomp.os.libc.Rusage;
import java.lang.foreign.MemorySegment;

/**
 * Page faults of all threads of this process since it began: {@code getrusage(2)}.
 *
 * @param minor resolved without I/O
 * @param major resolved with I/O
 */
public record ProcessFaults(long minor, long major) {
  /** {@return the counts now} */
  public static ProcessFaults now() {
    MemorySegment usage = Rusage.scratch();
    int result = Libc.getrusage(Rusage.SELF, usage);
    if (result < 0) {
      throw new ErrnoException("getrusage", -result, "who=RUSAGE_SELF");
    }
    return new ProcessFaults(Rusage.minorFaults(usage), Rusage.majorFaults(usage));
  }

  /** {@return the faults between an earlier moment and this one} */
  public ProcessFaults since(ProcessFaults earlier) {
    return new ProcessFaults(minor - earlier.minor, major - earlier.major);
  }
}
