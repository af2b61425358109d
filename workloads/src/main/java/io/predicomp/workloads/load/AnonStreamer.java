package io.predicomp.workloads.load;

import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.DemotionPass;
import io.predicomp.workloads.run.DemotionSchedule;
import io.predicomp.workloads.run.IdleDemotion;
import io.predicomp.workloads.run.Toucher;
import io.predicomp.workloads.run.Worker;
import io.predicomp.workloads.run.Workload;

/**
 * One pass over the region after the other, with a pause between them.
 *
 * @param idleNanos length of the pause
 */
public record AnonStreamer(long regionBytes, long idleNanos) implements Workload {
  private static final int BATCH = 64;

  @Override
  public String name() {
    return "anon_streamer";
  }

  @Override
  public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
    return new IdleDemotion(workers, demote, deadline);
  }

  @Override
  public void work(Worker worker) {
    Deadline deadline = worker.deadline();
    Toucher toucher = worker.toucher().orElseThrow();
    while (!deadline.isOver()) {
      if (pass(worker, toucher)) {
        long idleEnd = deadline.clock().nanoTime() + idleNanos;
        worker.demotion().idleBegins(idleEnd);
        deadline.sleepUntil(idleEnd);
      }
    }
    worker.setOperations(toucher.touches());
  }

  /** Returns whether the pass was completed. */
  private static boolean pass(Worker worker, Toucher toucher) {
    for (int page = 0; page < worker.pages(); ) {
      if (worker.deadline().isOver()) {
        return false;
      }
      for (int end = Math.min(page + BATCH, worker.pages()); page < end; page++) {
        toucher.touch(page);
      }
      worker.setOperations(toucher.touches());
    }
    return true;
  }
}
