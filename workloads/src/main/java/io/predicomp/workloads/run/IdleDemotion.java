package io.predicomp.workloads.run;

import java.util.concurrent.Phaser;

/** Compresses when the last worker has become idle, for as long as the pause lasts. */
public final class IdleDemotion implements DemotionSchedule {
  private final Phaser phaser;

  /** Written only while the phaser advances, which is one thread at a time. */
  private volatile long idleWindows;

  private volatile long idleEnd;

  /**
   * @param demote compresses what is not in use
   */
  public IdleDemotion(int workers, DemotionPass demote, Deadline deadline) {
    this.phaser =
        new Phaser(workers) {
          @Override
          protected boolean onAdvance(int phase, int present) {
            if (present == workers) {
              idleWindows = phase + 1L; // once a worker has left, no window is complete
            }
            if (present > 0) {
              try {
                // The last worker to arrive is the last to wake: no compression beyond its pause.
                demote.run(() -> !deadline.isOver() && deadline.clock().nanoTime() < idleEnd);
              } catch (Throwable t) {
                deadline.fail(t); // thrown here, it would leave the other workers waiting for ever
              }
            }
            return present == 0;
          }
        };
  }

  @Override
  public void filled() {}

  @Override
  public void start() {}

  @Override
  public void idleBegins(long idleEndNanos) {
    idleEnd = idleEndNanos; // of the last to arrive, whose arrival orders this store
    phaser.arriveAndAwaitAdvance();
  }

  @Override
  public void workerLeaves() {
    phaser.arriveAndDeregister();
  }

  @Override
  public long idleWindows() {
    return idleWindows;
  }

  @Override
  public void close() {}
}
