package io.predicomp.workloads.run;

/**
 * Holds one worker to a rate. What is due follows from the time since the start alone, so a worker
 * that was late, because it slept too long or waited for a page, catches up; and it hands out
 * batches, because no sleep is as short as the time between two of 400,000 operations a second. Not
 * thread-safe.
 */
public final class Pacer {
  /** Sleeping less costs more than it gains. */
  private static final long SHORTEST_SLEEP_NANOS = 500_000;

  private final double operationsPerNano;
  private final Deadline deadline;
  private final long startNanos;
  private long done;

  /** Starts now. */
  public Pacer(double operationsPerSecond, Deadline deadline) {
    this.operationsPerNano = operationsPerSecond / 1e9;
    this.deadline = deadline;
    this.startNanos = deadline.clock().nanoTime();
  }

  /**
   * Waits until operations are due.
   *
   * @param most operations at a time
   * @return how many to do now, 1 to {@code most}; or 0 if the run is over
   */
  public int next(int most) {
    while (!deadline.isOver()) {
      long now = deadline.clock().nanoTime();
      long due = (long) ((now - startNanos) * operationsPerNano) + 1 - done;
      if (due > 0) {
        int batch = (int) Math.min(most, due);
        done += batch;
        return batch;
      }
      long nextDue = startNanos + (long) Math.ceil(done / operationsPerNano);
      deadline.sleepUntil(Math.max(nextDue, now + SHORTEST_SLEEP_NANOS));
    }
    return 0;
  }
}
