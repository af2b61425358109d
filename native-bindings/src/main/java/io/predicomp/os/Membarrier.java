package io.predicomp.os;

import io.predicomp.os.libc.Libc;

/**
 * A full memory barrier on every running thread of this process, paid for by the caller alone, so
 * that the threads' own fast paths need none: {@code membarrier(2)}, private expedited.
 *
 * <p>A thread that runs during {@link #expedited()} passes a full barrier between its beginning and
 * its end; a thread that does not run passed one when it was switched out. What a thread stored
 * before, in program order, is therefore visible to loads the caller makes after the call.
 *
 * <p>The process is registered when this class is initialised. Thread-safe; allocates nothing.
 */
public final class Membarrier {
  // linux/membarrier.h, enum membarrier_cmd
  static final int QUERY = 0;
  static final int PRIVATE_EXPEDITED = 1 << 3;
  static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;

  /** What the query, or else the registration, answered: 0, or {@code -errno}. */
  private static final int REGISTRATION = register();

  private Membarrier() {}

  /** {@return whether {@link #expedited()} works: it then never fails} */
  public static boolean isSupported() {
    return REGISTRATION == 0;
  }

  /**
   * Checks that {@link #expedited()} works.
   *
   * @throws ErrnoException if it does not: ENOSYS where the kernel has no membarrier, EINVAL where
   *     it lacks this kind (before 4.14, or built without SMP expedited support), EPERM or ENOSYS
   *     where a seccomp filter denies it
   */
  public static void requireSupported() {
    if (REGISTRATION != 0) {
      throw new ErrnoException(
          "membarrier", -REGISTRATION, "cmd=MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED");
    }
  }

  /**
   * Makes every running thread of the process pass a full barrier.
   *
   * @throws ErrnoException if it is not supported
   */
  public static void expedited() {
    requireSupported();
    int result = Libc.membarrier(PRIVATE_EXPEDITED, 0, 0);
    if (result != 0) {
      throw new ErrnoException("membarrier", -result, "cmd=MEMBARRIER_CMD_PRIVATE_EXPEDITED");
    }
  }

  private static int register() {
    int commands = Libc.membarrier(QUERY, 0, 0);
    if (commands < 0) {
      return commands;
    }
    if ((commands & PRIVATE_EXPEDITED) == 0 || (commands & REGISTER_PRIVATE_EXPEDITED) == 0) {
      return -Errno.EINVAL.number();
    }
    return Libc.membarrier(REGISTER_PRIVATE_EXPEDITED, 0, 0);
  }
}
