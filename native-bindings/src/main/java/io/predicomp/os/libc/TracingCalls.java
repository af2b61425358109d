package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that load programs into the kernel and attach them, under the rules of {@link
 * Libc}. Apart from it, because linking a handle costs a program's start more than a millisecond.
 */
public final class TracingCalls {
  /** {@code FSCONFIG_CMD_CREATE} of {@code linux/mount.h}. */
  public static final int FSCONFIG_CMD_CREATE = 6;

  /** {@code FSOPEN_CLOEXEC} and {@code FSMOUNT_CLOEXEC} of {@code linux/mount.h}. */
  public static final int CLOSE_ON_EXEC = 1;

  // int bpf(int cmd, union bpf_attr *attr, unsigned int size);
  private static final MethodHandle BPF =
      Downcalls.link(SystemCall.BPF, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  // int perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group_fd,
  //                     unsigned long flags);
  private static final MethodHandle PERF_EVENT_OPEN =
      Downcalls.link(
          SystemCall.PERF_EVENT_OPEN,
          FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  // int ioctl(int fd, unsigned long request, ...);
  private static final MethodHandle IOCTL =
      Downcalls.linkVariadic(
          "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
  // int fsopen(const char *fsname, unsigned int flags);
  private static final MethodHandle FSOPEN =
      Downcalls.link(SystemCall.FSOPEN, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));
  // int fsconfig(int fd, unsigned int cmd, const char *key, const void *value, int aux);
  private static final MethodHandle FSCONFIG =
      Downcalls.link(
          SystemCall.FSCONFIG,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  // int fsmount(int fsfd, unsigned int flags, unsigned int attr_flags);
  private static final MethodHandle FSMOUNT =
      Downcalls.link(
          SystemCall.FSMOUNT, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));

  private TracingCalls() {}

  /** {@return what the command returns; a file descriptor for those that create something} */
  public static int bpf(int command, MemorySegment attributes) {
    try {
      return (int) (long) BPF.invokeExact(command, attributes, (int) attributes.byteSize());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor} */
  public static int perf_event_open(
      MemorySegment attributes, int pid, int cpu, int groupFd, long flags) {
    try {
      return (int) (long) PERF_EVENT_OPEN.invokeExact(attributes, pid, cpu, groupFd, flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return what the request returns} */
  public static int ioctl(int fd, long request, long argument) {
    try {
      return (int) IOCTL.invokeExact(fd, request, argument);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor of a file system that is being configured} */
  public static int fsopen(MemorySegment name, int flags) {
    try {
      return (int) (long) FSOPEN.invokeExact(name, flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int fsconfig(
      int fd, int command, MemorySegment key, MemorySegment value, int auxiliary) {
    try {
      return (int) (long) FSCONFIG.invokeExact(fd, command, key, value, auxiliary);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor of the root of a mount that is nowhere in the file system} */
  public static int fsmount(int fd, int flags, int attributes) {
    try {
      return (int) (long) FSMOUNT.invokeExact(fd, flags, attributes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }
}
