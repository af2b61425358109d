package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * One method per C function or system call, under its C name. On failure each returns {@code
 * -errno}, a number in [-4095, -1]. Arguments passed as segments are kept alive, and checked for
 * it, by the call; arguments passed as addresses are the caller's to keep.
 *
 * <p>Those that hot paths call allocate nothing, however they are compiled: {@link #madvise(long,
 * long, int)}, {@link #process_madvise}, {@link #membarrier}, {@link #clock_gettime} and {@link
 * #memset}. They are called without capturing errno, and once more if they fail, which none of them
 * minds.
 */
public final class Libc {
  // int getpagesize(void);
  private static final MethodHandle GETPAGESIZE =
      Downcalls.link("getpagesize", FunctionDescriptor.of(JAVA_INT));
  // int close(int fd);
  private static final MethodHandle CLOSE =
      Downcalls.link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
  private static final MethodHandle MMAP =
      Downcalls.link(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  // int munmap(void *addr, size_t length);
  private static final MethodHandle MUNMAP =
      Downcalls.link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  // int mprotect(void *addr, size_t length, int prot);
  private static final MethodHandle MPROTECT =
      Downcalls.link("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  // int mlock(const void *addr, size_t len);
  private static final MethodHandle MLOCK =
      Downcalls.link("mlock", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  // int madvise(void *addr, size_t length, int advice);
  private static final MethodHandle MADVISE =
      Downcalls.link("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MADVISE_AT =
      Downcalls.linkPlain(
          "madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MADVISE_AT_ERRNO =
      Downcalls.link("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  // int mincore(void *addr, size_t length, unsigned char *vec);
  private static final MethodHandle MINCORE =
      Downcalls.link("mincore", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
  // void *memset(void *s, int c, size_t n);
  private static final MethodHandle MEMSET =
      Downcalls.linkPlain(
          "memset", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
  // ssize_t process_madvise(int pidfd, const struct iovec *vec, size_t vlen, int advice,
  //                         unsigned int flags);
  private static final MethodHandle PROCESS_MADVISE =
      Downcalls.linkPlain(
          SystemCall.PROCESS_MADVISE,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle PROCESS_MADVISE_ERRNO =
      Downcalls.link(
          SystemCall.PROCESS_MADVISE,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT));
  // int pidfd_open(pid_t pid, unsigned int flags);
  private static final MethodHandle PIDFD_OPEN =
      Downcalls.link(SystemCall.PIDFD_OPEN, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT));
  // int membarrier(int cmd, unsigned int flags, int cpu_id);
  private static final MethodHandle MEMBARRIER =
      Downcalls.linkPlain(
          SystemCall.MEMBARRIER, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle MEMBARRIER_ERRNO =
      Downcalls.link(
          SystemCall.MEMBARRIER, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
  // int clock_gettime(clockid_t clockid, struct timespec *tp);
  private static final MethodHandle CLOCK_GETTIME =
      Downcalls.linkPlain("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle CLOCK_GETTIME_ERRNO =
      Downcalls.link("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  // int getrusage(int who, struct rusage *usage);
  private static final MethodHandle GETRUSAGE =
      Downcalls.link("getrusage", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  // pid_t gettid(void);
  private static final MethodHandle GETTID =
      Downcalls.link(SystemCall.GETTID, FunctionDescriptor.of(JAVA_LONG));

  private Libc() {}

  /** {@return the size of a system page, in bytes} */
  public static int getpagesize() {
    try {
      return (int) GETPAGESIZE.invokeExact();
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int close(int fd) {
    try {
      return (int) CLOSE.invokeExact(fd);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the address of the new mapping} */
  public static long mmap(
      long address, long length, int protection, int flags, int fd, long offset) {
    try {
      return (long) MMAP.invokeExact(address, length, protection, flags, fd, offset);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int munmap(long address, long length) {
    try {
      return (int) MUNMAP.invokeExact(address, length);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int mprotect(MemorySegment range, int protection) {
    try {
      return (int) MPROTECT.invokeExact(range, range.byteSize(), protection);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int mlock(MemorySegment range) {
    try {
      return (int) MLOCK.invokeExact(range, range.byteSize());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int madvise(MemorySegment range, int advice) {
    try {
      return (int) MADVISE.invokeExact(range, range.byteSize(), advice);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int madvise(long address, long length, int advice) {
    try {
      int result = (int) MADVISE_AT.invokeExact(address, length, advice);
      return result == -1 ? (int) MADVISE_AT_ERRNO.invokeExact(address, length, advice) : result;
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, with bit 0 of one byte of {@code vec} per page saying whether it is resident} */
  public static int mincore(long address, long length, MemorySegment vec) {
    try {
      return (int) MINCORE.invokeExact(address, length, vec);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Fills memory. */
  public static void memset(long address, int value, long length) {
    try {
      long _ = (long) MEMSET.invokeExact(address, value, length);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the bytes advised} */
  public static long process_madvise(
      int pidfd, MemorySegment iovecs, long count, int advice, int flags) {
    try {
      long result = (long) PROCESS_MADVISE.invokeExact(pidfd, iovecs, count, advice, flags);
      return result == -1
          ? (long) PROCESS_MADVISE_ERRNO.invokeExact(pidfd, iovecs, count, advice, flags)
          : result;
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor, closed on exec} */
  public static int pidfd_open(int pid, int flags) {
    try {
      return (int) (long) PIDFD_OPEN.invokeExact(pid, flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, or for the query the set of supported commands} */
  public static int membarrier(int command, int flags, int cpu) {
    try {
      long result = (long) MEMBARRIER.invokeExact(command, flags, cpu);
      return (int)
          (result == -1 ? (long) MEMBARRIER_ERRNO.invokeExact(command, flags, cpu) : result);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the time of that clock, in nanoseconds} */
  public static long clock_gettime(int clock) {
    MemorySegment timespec = ThreadScratch.struct();
    try {
      int result = (int) CLOCK_GETTIME.invokeExact(clock, timespec);
      if (result == -1) {
        result = (int) CLOCK_GETTIME_ERRNO.invokeExact(clock, timespec);
      }
      return result < 0 ? result : Timespec.nanos(timespec);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, with {@code usage} (a {@link Rusage}) written} */
  public static int getrusage(int who, MemorySegment usage) {
    try {
      return (int) GETRUSAGE.invokeExact(who, usage);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the kernel's number of the calling thread; of the carrier on a virtual thread} */
  public static int gettid() {
    try {
      return (int) (long) GETTID.invokeExact();
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }
}
