package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that only feature probes make, under the rules of {@link Libc}. Apart from it,
 * because linking a handle costs a program's start more than a millisecond.
 */
public final class ProbeCalls {
  // int ioctl(int fd, unsigned long request, ...);
  private static final MethodHandle IOCTL =
      Downcalls.linkVariadic(
          "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  // int userfaultfd(int flags);
  private static final MethodHandle USERFAULTFD =
      Downcalls.link(SystemCall.USERFAULTFD, FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

  private ProbeCalls() {}

  /** {@return what the request returns} */
  public static int ioctl(int fd, long request, MemorySegment argument) {
    try {
      return (int) IOCTL.invokeExact(fd, request, argument);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor} */
  public static int userfaultfd(int flags) {
    try {
      return (int) (long) USERFAULTFD.invokeExact(flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }
}
