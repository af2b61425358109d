package io.predicomp.os.process;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.Libc;

/**
 * CPU time, user and system together, in nanoseconds: {@code clock_gettime(2)}. Reading allocates
 * nothing.
 *
 * <p>An instance is the clock of one thread, which any thread may read. Once that thread has ended
 * the kernel may give its number to a new one, so stop reading before.
 */
public final class ThreadCpuClock {
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2; // linux/time.h
  private static final int CLOCK_THREAD_CPUTIME_ID = 3; // linux/time.h
  private static final int CPUCLOCK_SCHED = 2; // linux/posix-timers.h: user and system time
  private static final int CPUCLOCK_PERTHREAD_MASK = 4; // linux/posix-timers.h

  private final int clock;

  private ThreadCpuClock(int clock) {
    this.clock = clock;
  }

  /**
   * {@return the CPU time of the calling thread, in nanoseconds}
   *
   * @throws UnsupportedOperationException on a virtual thread, which has no clock of its own
   */
  public static long currentThreadNanos() {
    requirePlatformThread();
    return nanos(CLOCK_THREAD_CPUTIME_ID);
  }

  /** {@return the CPU time of all threads of this process, ended ones included, in nanoseconds} */
  public static long processNanos() {
    return nanos(CLOCK_PROCESS_CPUTIME_ID);
  }

  /**
   * {@return the clock of the calling thread, for others to read}
   *
   * @throws UnsupportedOperationException on a virtual thread, which has no clock of its own
   */
  public static ThreadCpuClock ofCurrentThread() {
    requirePlatformThread();
    // make_thread_cpuclock() of linux/posix-timers.h, which pthread_getcpuclockid(3) relies on.
    return new ThreadCpuClock((~Libc.gettid() << 3) | CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED);
  }

  /**
   * {@return the CPU time of this clock's thread, in nanoseconds}
   *
   * @throws ErrnoException with EINVAL if the thread has ended
   */
  public long nanos() {
    return nanos(clock);
  }

  private static long nanos(int clock) {
    long result = Libc.clock_gettime(clock);
    if (result < 0) {
      throw new ErrnoException("clock_gettime", (int) -result, "clock=" + clock);
    }
    return result;
  }

  private static void requirePlatformThread() {
    if (Thread.currentThread().isVirtual()) {
      throw new UnsupportedOperationException("a virtual thread has no CPU clock of its own");
    }
  }
}
