package io.predicomp.workloads.load;

import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.DemotionPass;
import io.predicomp.workloads.run.DemotionSchedule;
import io.predicomp.workloads.run.Pacer;
import io.predicomp.workloads.run.PeriodicDemotion;
import io.predicomp.workloads.run.Toucher;
import io.predicomp.workloads.run.Worker;
import io.predicomp.workloads.run.Workload;
import io.predicomp.workloads.run.ZipfRanks;
import java.util.concurrent.TimeUnit;

/**
 * Touches of random pages at a fixed rate.
 *
 * @param requestedRate touches a second, all workers together
 * @param zipfExponent of the Zipf distribution of touches over each worker's pages; 0: uniform
 */
public record RandomTouchHeap(long regionBytes, long requestedRate, double zipfExponent)
    implements Workload {
  /** How often everything is compressed. */
  public static final long DEMOTION_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int LARGEST_BATCH = 256;

  @Override
  public String name() {
    return "random_touch_heap";
  }

  @Override
  public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
    return new PeriodicDemotion(DEMOTION_PERIOD_NANOS, demote, deadline);
  }

  @Override
  public void work(Worker worker) {
    Toucher toucher = worker.toucher().orElseThrow();
    Pacer pacer = new Pacer((double) requestedRate / worker.workers(), worker.deadline());
    ZipfRanks ranks = zipfExponent == 0 ? null : new ZipfRanks(worker.pages(), zipfExponent);
    int[] pages = new int[LARGEST_BATCH];
    int batch;
    while ((batch = pacer.next(LARGEST_BATCH)) > 0) {
      if (ranks == null) {
        toucher.randomPages(pages, batch);
      } else {
        toucher.zipfPages(ranks, pages, batch);
      }
      toucher.touch(pages, batch, pacer, worker.operationLatencies());
      worker.setOperations(toucher.touches());
    }
    worker.setOperations(toucher.touches());
  }
}
