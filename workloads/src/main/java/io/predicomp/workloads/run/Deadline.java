package io.predicomp.workloads.run;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** When a run is over: its time is up, the user interrupted it, or a worker failed. Thread-safe. */
public final class Deadline {
  /** How long an interrupted wait may still last. */
  private static final long LONGEST_PARK_NANOS = 10_000_000;

  private final Clock clock;
  private final long durationNanos;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean interrupted;
  private volatile long startNanos;

  /**
   * @param durationNanos from {@link #start()} on
   */
  public Deadline(Clock clock, long durationNanos) {
    this.clock = clock;
    this.durationNanos = durationNanos;
    start();
  }

  /** Lets the time begin now, after preparations that do not count. */
  public void start() {
    startNanos = clock.nanoTime();
  }

  /** {@return the time of the run's clock} */
  public Clock clock() {
    return clock;
  }

  /** {@return whether to stop} */
  public boolean isOver() {
    return isStopped() || elapsedNanos() >= durationNanos;
  }

  /** {@return whether to stop although there may be time left} */
  public boolean isStopped() {
    return interrupted || failure.get() != null;
  }

  /** Ends the run because the user wants it. */
  public void interrupt() {
    interrupted = true;
  }

  /** {@return whether {@link #interrupt()} was called} */
  public boolean isInterrupted() {
    return interrupted;
  }

  /** Ends the run because something went wrong; the first cause is kept. */
  public void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
  }

  /** {@return what went wrong, or null} */
  public @Nullable Throwable failure() {
    return failure.get();
  }

  /** {@return the time of the clock at which the run began} */
  public long startNanoTime() {
    return startNanos;
  }

  /** {@return length of the run, if nothing stops it} */
  public long durationNanos() {
    return durationNanos;
  }

  /** {@return since {@link #start()}} */
  public long elapsedNanos() {
    return clock.nanoTime() - startNanos;
  }

  /** {@return 0 or more} */
  public long remainingNanos() {
    return Math.max(0, durationNanos - elapsedNanos());
  }

  /** Waits until a time of the clock, but not beyond the end of the run. */
  public void sleepUntil(long nanoTime) {
    sleepUntil(nanoTime, clock::park);
  }

  /**
   * Waits as {@link #sleepUntil(long)} does, by other means.
   *
   * @param park waits about as many nanoseconds as it is given, or less
   */
  public void sleepUntil(long nanoTime, LongConsumer park) {
    while (!isOver()) {
      long left = Math.min(nanoTime - clock.nanoTime(), remainingNanos());
      if (left <= 0) {
        return;
      }
      park.accept(Math.min(left, LONGEST_PARK_NANOS));
    }
  }
}
