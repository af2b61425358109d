package io.predicomp.os.testing;

import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;

/**
 * Measures what a thread allocates on the heap. By reflection, because the module under test does
 * not require {@code jdk.management} and should not for its tests.
 */
public final class AllocationMeter {
  private static final int CALLS = 20_000;
  private static final int ROUNDS = 50;

  /** Beyond that many rounds: a busy machine compiles late, seen after more than 5 s. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private AllocationMeter() {}

  /**
   * {@return the fewest bytes a call of {@code action} allocated on average in one of several
   * rounds of calls} The first rounds run in the interpreter, which allocates what compiled code
   * does not.
   */
  public static double bytesPerCall(Runnable action) {
    return bytesPerCall(action, PATIENCE_NANOS);
  }

  /** As {@link #bytesPerCall(Runnable)}, for so long where something is allocated. */
  public static double bytesPerCall(Runnable action, long patienceNanos) {
    double least = Double.MAX_VALUE;
    long start = System.nanoTime();
    for (int round = 0;
        least > 0 && (round < ROUNDS || System.nanoTime() - start < patienceNanos);
        round++) {
      long before = allocatedByThisThread();
      for (int i = 0; i < CALLS; i++) {
        action.run();
      }
      long cost = allocatedByThisThread();
      long bytes = Math.max(0, cost - before - overhead());
      least = Math.min(least, (double) bytes / CALLS);
    }
    return least;
  }

  /** What measuring itself allocates, by boxing its results; the first times load classes. */
  private static long overhead() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = allocatedByThisThread();
      least = Math.min(least, allocatedByThisThread() - before);
    }
    return least;
  }

  private static long allocatedByThisThread() {
    try {
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      Method method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
      return (long) method.invoke(bean);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
