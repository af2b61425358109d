package io.predicomp.workloads.run;

/**
 * When the workload compresses its memory. The arena has no agents of its own yet that would find
 * cold pages, so a workload says itself when its memory has gone cold.
 */
public interface DemotionSchedule extends AutoCloseable {
  /** The region has been filled; called before the time of the run begins. */
  void filled();

  /** The time of the run has begun. */
  void start();

  /**
   * A worker has nothing to do until a time of the run's clock. May wait for the other workers, who
   * must then call this as often.
   */
  void idleBegins(long idleEndNanos);

  /** A worker is done and will not call {@link #idleBegins} again. */
  void workerLeaves();

  /** {@return how often all workers have been idle} */
  long idleWindows();

  @Override
  void close();
}
