package io.predicomp.workloads.run;

/** One pattern of memory use. Immutable: a run's state is in its {@link Worker}s. */
public interface Workload {
  /** {@return the name of its command} */
  String name();

  /** {@return bytes of the region it touches, 0 if it needs none} */
  long regionBytes();

  /** {@return when its memory goes cold} */
  DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline);

  /** Works in one thread until the deadline, and says how many operations it did. */
  void work(Worker worker);

  /**
   * {@return operations a second that all workers together should reach, 0 if as many as can be}
   */
  default long requestedRate() {
    return 0;
  }
}
