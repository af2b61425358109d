package io.predicomp.workloads.run;

import java.util.function.LongConsumer;

/**
 * Holds one worker to a rate. What is due follows from the time since the start alone, so a worker
 * that was late, because it slept too long or waited for a page, catches up; and it hands out
 * batches, because no sleep is as short as the time between two of 400,000 operations a second. Not
 * thread-safe.
 */
public final class Pacer {
  /** Sleeping less costs more than it gains. */
  private static final long SHORTEST_SLEEP_NANOS = 500_000;

  /** What was due before the end may be done so long after it. */
  private static final long LONGEST_OVERTIME_NANOS = 100_000_000;

  private final double operationsPerNano;
  private final double nanosPerOperation;
  private final Deadline deadline;
  private final double head;
  private final LongConsumer park;
  private long done;
  private long firstOfBatch;

  /** Counts from the start of the run. */
  public Pacer(double operationsPerSecond, Deadline deadline) {
    this(operationsPerSecond, deadline, 1, deadline.clock()::park);
  }

  /**
   * Counts from the start of the run.
   *
   * @param head the part of the first operation that is due at the start, above 0 and at most 1;
   *     lets workers of the same rate alternate
   * @param park waits about as many nanoseconds as it is given, or less
   */
  public Pacer(double operationsPerSecond, Deadline deadline, double head, LongConsumer park) {
    this.operationsPerNano = operationsPerSecond / 1e9;
    this.nanosPerOperation = 1e9 / operationsPerSecond; // to multiply with: a division takes longer
    this.deadline = deadline;
    this.head = head;
    this.park = park;
  }

  /**
   * Waits until operations are due.
   *
   * @param most operations at a time
   * @return how many to do now, 1 to {@code most}; or 0 if the run is over
   */
  public int next(int most) {
    long end = deadline.durationNanos();
    while (true) {
      long elapsed = deadline.elapsedNanos();
      if (deadline.isStopped() || elapsed >= end + LONGEST_OVERTIME_NANOS) {
        return 0;
      }
      long due = due(Math.min(elapsed, end)) - done;
      if (due > 0) {
        int batch = (int) Math.min(most, due);
        firstOfBatch = done;
        done += batch;
        return batch;
      }
      if (elapsed >= end) {
        return 0;
      }
      long earliest = deadline.startNanoTime() + elapsed + SHORTEST_SLEEP_NANOS;
      deadline.sleepUntil(Math.max(dueNanoTimeOf(done), earliest), park);
    }
  }

  /**
   * {@return the time of the clock at which an operation of the last batch was due} A latency
   * counted from there contains the wait of the operations that a stall of an earlier one held up.
   *
   * @param index in the batch, from 0
   */
  public long dueNanoTime(int index) {
    return dueNanoTimeOf(firstOfBatch + index);
  }

  private long dueNanoTimeOf(long operation) {
    return deadline.startNanoTime() + (long) ((operation + 1 - head) * nanosPerOperation);
  }

  private long due(long elapsed) {
    double operations = elapsed * operationsPerNano;
    // At 1 an operation is due at the start; then whatever has begun is due, and at the end no
    // more.
    return head == 1 ? (long) Math.ceil(operations) : (long) (operations + head);
  }
}
