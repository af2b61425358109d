package io.predicomp.workloads.run;

import java.util.concurrent.Phaser;

/** Compresses when the last worker has become idle. */
public final class IdleDemotion implements DemotionSchedule {
  private final Phaser workers;

  /**
   * @param demote compresses everything
   */
  public IdleDemotion(int workers, Runnable demote, Deadline deadline) {
    this.workers =
        new Phaser(workers) {
          @Override
          protected boolean onAdvance(int phase, int registered) {
            if (registered > 0) {
              try {
                demote.run();
              } catch (Throwable t) {
                deadline.fail(t); // thrown here, it would leave the other workers waiting for ever
              }
            }
            return registered == 0;
          }
        };
  }

  @Override
  public void filled() {}

  @Override
  public void start() {}

  @Override
  public void idleBegins() {
    workers.arriveAndAwaitAdvance();
  }

  @Override
  public void workerLeaves() {
    workers.arriveAndDeregister();
  }

  @Override
  public long idleWindows() {
    return workers.getPhase() & Integer.MAX_VALUE;
  }

  @Override
  public void close() {}
}
