package io.predicomp.arena;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory that somebody else's userfaultfd has, so that the fault kernel cannot register it: the
 * kernel says EBUSY. For a process on the class path.
 */
@SuppressWarnings("restricted")
final class ForeignUserfaultfd implements AutoCloseable {
  private static final int FLAGS = 0x80000 | 1; // O_CLOEXEC | UFFD_USER_MODE_ONLY
  private static final long UFFDIO_API = 0xC018AA3FL; // linux/userfaultfd.h, as the next
  private static final long UFFDIO_REGISTER = 0xC020AA00L;
  private static final long API = 0xAA;
  private static final long MODE_MISSING = 1;

  private static final Linker LINKER = Linker.nativeLinker();

  // long syscall(long number, ...);
  private static final MethodHandle SYSCALL =
      link(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT),
          Linker.Option.firstVariadicArg(1));
  // int ioctl(int fd, unsigned long request, ...);
  private static final MethodHandle IOCTL =
      link(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ValueLayout.ADDRESS),
          Linker.Option.firstVariadicArg(2));
  // int close(int fd);
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int fd;

  /** Takes memory, all of which must be there: nobody serves its faults. */
  ForeignUserfaultfd(MemorySegment memory) throws Throwable {
    long number = System.getProperty("os.arch").equals("amd64") ? 323 : 282; // asm/unistd.h
    fd = (int) (long) SYSCALL.invokeExact(number, FLAGS);
    if (fd < 0) {
      throw new AssertionError("no userfaultfd");
    }
    try (Arena arena = Arena.ofConfined()) {
      ioctl(UFFDIO_API, arena.allocateFrom(JAVA_LONG, API, 0, 0));
      ioctl(
          UFFDIO_REGISTER,
          arena.allocateFrom(JAVA_LONG, memory.address(), memory.byteSize(), MODE_MISSING, 0));
    }
  }

  private void ioctl(long request, MemorySegment argument) throws Throwable {
    if ((int) IOCTL.invokeExact(fd, request, argument) != 0) {
      throw new AssertionError("ioctl 0x" + Long.toHexString(request) + " of a userfaultfd");
    }
  }

  private static MethodHandle link(
      String name, FunctionDescriptor function, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(), function, options);
  }

  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(fd);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
