package io.predicomp.workloads.run;

import org.jspecify.annotations.Nullable;

/** Compresses after the fill and then at a fixed period, while the workers go on. */
public final class PeriodicDemotion implements DemotionSchedule {
  /** How often it looks whether somebody asks. */
  private static final long LOOK_NANOS = 5_000_000;

  private final long periodNanos;
  private final DemotionPass demote;
  private final Deadline deadline;
  private @Nullable Thread thread;

  /**
   * @param demote compresses what is not in use
   */
  public PeriodicDemotion(long periodNanos, DemotionPass demote, Deadline deadline) {
    this.periodNanos = periodNanos;
    this.demote = demote;
    this.deadline = deadline;
  }

  @Override
  public void filled() {
    demote.run(() -> !deadline.isStopped());
  }

  @Override
  public void start() {
    thread = Thread.ofPlatform().name("demotion").daemon().start(this::loop);
  }

  private void loop() {
    try {
      while (!deadline.isOver()) {
        pause();
        if (!deadline.isOver()) {
          demote.run(() -> !deadline.isOver());
        }
      }
    } catch (Throwable t) {
      deadline.fail(t);
    }
  }

  private void pause() {
    long end = deadline.clock().nanoTime() + periodNanos;
    for (long now = deadline.clock().nanoTime();
        now < end && !deadline.isOver() && !demote.isUrgent();
        now = deadline.clock().nanoTime()) {
      deadline.sleepUntil(Math.min(end, now + LOOK_NANOS));
    }
  }

  @Override
  public void idleBegins(long idleEndNanos) {}

  @Override
  public void workerLeaves() {}

  @Override
  public long idleWindows() {
    return 0;
  }

  /** Waits for the compression under way. */
  @Override
  public void close() {
    Thread started = thread;
    if (started == null) {
      return;
    }
    try {
      started.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }
}
