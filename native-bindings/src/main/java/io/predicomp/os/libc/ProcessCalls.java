package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.predicomp.os.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The calls that make children and wait for them, under the rules of {@link Libc}. Apart from it,
 * because linking a handle costs a program's start more than a millisecond.
 */
public final class ProcessCalls {
  /** Bytes that hold a {@code posix_spawn_file_actions_t} or a {@code posix_spawnattr_t}. */
  public static final long SPAWN_OBJECT_SIZE = 512;

  // pid_t wait4(pid_t pid, int *wstatus, int options, struct rusage *rusage);
  private static final MethodHandle WAIT4 =
      Downcalls.link(
          "wait4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  // int kill(pid_t pid, int sig);
  private static final MethodHandle KILL =
      Downcalls.link("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  // int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *tmo_p,
  //           const sigset_t *sigmask);
  private static final MethodHandle PPOLL =
      Downcalls.link(
          "ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  // int getrlimit(int resource, struct rlimit *rlim);
  private static final MethodHandle GETRLIMIT =
      Downcalls.link("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  // int setrlimit(int resource, const struct rlimit *rlim);
  private static final MethodHandle SETRLIMIT =
      Downcalls.link("setrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  // The functions below return an error number instead of setting errno.

  // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
  //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[]);
  private static final MethodHandle POSIX_SPAWN =
      direct(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
  private static final MethodHandle ACTIONS_INIT =
      direct("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
  private static final MethodHandle ACTIONS_DESTROY =
      direct("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *file_actions, int fildes,
  //                                      const char *path, int oflag, mode_t mode);
  private static final MethodHandle ACTIONS_ADDOPEN =
      direct(
          "posix_spawn_file_actions_addopen",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  // int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
  // glibc since 2.34; musl has none.
  private static final Optional<MethodHandle> ACTIONS_ADDCLOSEFROM =
      Downcalls.find("posix_spawn_file_actions_addclosefrom_np")
          .map(
              symbol -> Downcalls.link(symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)));
  // int posix_spawnattr_init(posix_spawnattr_t *attr);
  private static final MethodHandle ATTR_INIT =
      direct("posix_spawnattr_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawnattr_destroy(posix_spawnattr_t *attr);
  private static final MethodHandle ATTR_DESTROY =
      direct("posix_spawnattr_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags);
  private static final MethodHandle ATTR_SETFLAGS =
      direct("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
  // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *sigdefault);
  private static final MethodHandle ATTR_SETSIGDEFAULT =
      direct("posix_spawnattr_setsigdefault", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  // int posix_spawnattr_setsigmask(posix_spawnattr_t *attr, const sigset_t *sigmask);
  private static final MethodHandle ATTR_SETSIGMASK =
      direct("posix_spawnattr_setsigmask", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

  // pthread_t pthread_self(void);
  private static final MethodHandle PTHREAD_SELF =
      direct("pthread_self", FunctionDescriptor.of(JAVA_LONG));
  // int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr);
  private static final MethodHandle PTHREAD_GETATTR =
      direct("pthread_getattr_np", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
  // int pthread_attr_getstack(const pthread_attr_t *attr, void **stackaddr, size_t *stacksize);
  private static final MethodHandle PTHREAD_ATTR_GETSTACK =
      direct("pthread_attr_getstack", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
  // int pthread_attr_destroy(pthread_attr_t *attr);
  private static final MethodHandle PTHREAD_ATTR_DESTROY =
      direct("pthread_attr_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  private ProcessCalls() {}

  private static MethodHandle direct(String name, FunctionDescriptor function) {
    return Downcalls.link(Downcalls.symbol(name), function);
  }

  /** {@return the address of a function of the C library} */
  public static long addressOf(String name) {
    return Downcalls.symbol(name).address();
  }

  /** {@return the child's process id; 0 if it has not ended and {@code options} forbid waiting} */
  public static int wait4(int pid, MemorySegment status, int options, MemorySegment rusage) {
    try {
      return (int) WAIT4.invokeExact(pid, status, options, rusage);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int kill(int pid, int signal) {
    try {
      return (int) KILL.invokeExact(pid, signal);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return how many descriptors have something to say; 0 if the time is over}
   *
   * @param fds of {@link PollFd}
   * @param timeoutNanos at least 0
   */
  public static int ppoll(MemorySegment fds, int count, long timeoutNanos) {
    MemorySegment timeout = Timespec.of(timeoutNanos);
    try {
      return (int) PPOLL.invokeExact(fds, (long) count, timeout, MemorySegment.NULL);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, with {@code limit} (a {@link Rlimit}) written} */
  public static int getrlimit(int resource, MemorySegment limit) {
    try {
      return (int) GETRLIMIT.invokeExact(resource, limit);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int setrlimit(int resource, MemorySegment limit) {
    try {
      return (int) SETRLIMIT.invokeExact(resource, limit);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, with {@code pid} written, or an error number, positive} */
  public static int posix_spawn(
      MemorySegment pid,
      MemorySegment path,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment argv,
      MemorySegment envp) {
    try {
      return (int) POSIX_SPAWN.invokeExact(pid, path, actions, attributes, argv, envp);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawn_file_actions_init(MemorySegment actions) {
    try {
      return (int) ACTIONS_INIT.invokeExact(actions);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawn_file_actions_destroy(MemorySegment actions) {
    try {
      return (int) ACTIONS_DESTROY.invokeExact(actions);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawn_file_actions_addopen(
      MemorySegment actions, int fd, MemorySegment path, int flags, int mode) {
    try {
      return (int) ACTIONS_ADDOPEN.invokeExact(actions, fd, path, flags, mode);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive: ENOSYS where the C library has no such function} */
  public static int posix_spawn_file_actions_addclosefrom_np(MemorySegment actions, int from) {
    if (ACTIONS_ADDCLOSEFROM.isEmpty()) {
      return Errno.ENOSYS.number();
    }
    try {
      return (int) ACTIONS_ADDCLOSEFROM.get().invokeExact(actions, from);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawnattr_init(MemorySegment attributes) {
    try {
      return (int) ATTR_INIT.invokeExact(attributes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawnattr_destroy(MemorySegment attributes) {
    try {
      return (int) ATTR_DESTROY.invokeExact(attributes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawnattr_setflags(MemorySegment attributes, short flags) {
    try {
      return (int) ATTR_SETFLAGS.invokeExact(attributes, flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawnattr_setsigdefault(MemorySegment attributes, MemorySegment signals) {
    try {
      return (int) ATTR_SETSIGDEFAULT.invokeExact(attributes, signals);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int posix_spawnattr_setsigmask(MemorySegment attributes, MemorySegment signals) {
    try {
      return (int) ATTR_SETSIGMASK.invokeExact(attributes, signals);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return where the C library keeps what belongs to the calling thread} */
  public static long pthread_self() {
    try {
      return (long) PTHREAD_SELF.invokeExact();
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int pthread_getattr_np(long thread, MemorySegment attributes) {
    try {
      return (int) PTHREAD_GETATTR.invokeExact(thread, attributes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int pthread_attr_getstack(
      MemorySegment attributes, MemorySegment address, MemorySegment size) {
    try {
      return (int) PTHREAD_ATTR_GETSTACK.invokeExact(attributes, address, size);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0 or an error number, positive} */
  public static int pthread_attr_destroy(MemorySegment attributes) {
    try {
      return (int) PTHREAD_ATTR_DESTROY.invokeExact(attributes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }
}
