package io.predicomp.arena;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** What a thread allocates on the heap. */
public final class AllocatedBytes {
  private static final int ROUNDS = 50;

  /** Beyond that many rounds: a busy machine compiles late. */
  public static final long PATIENCE_NANOS = 60_000_000_000L;

  private AllocatedBytes() {}

  /** As an attribute, for com.sun.management is not read by the module under test. */
  private static long byThisThread() {
    try {
      return (long)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                  "CurrentThreadAllocatedBytes");
    } catch (JMException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /**
   * {@return the fewest bytes of several rounds} The first rounds run in the interpreter, which
   * allocates what compiled code does not.
   *
   * @param steps of one round
   */
  public static long fewest(int steps, Runnable step, long patienceNanos) {
    long least = Long.MAX_VALUE;
    long begin = System.nanoTime();
    for (int round = 0;
        least > 0 && (round < ROUNDS || System.nanoTime() - begin < patienceNanos);
        round++) {
      long overhead = overhead();
      long before = byThisThread();
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      long bytes = byThisThread() - before - overhead;
      least = Math.min(least, Math.max(0, bytes));
    }
    return least;
  }

  /** What asking allocates; the least, because the first times load classes. */
  private static long overhead() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = byThisThread();
      least = Math.min(least, byThisThread() - before);
    }
    return least;
  }
}
