package io.predicomp.workloads.run;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Compresses when somebody asks from outside, besides what the workload does by itself. A request
 * is carried out whole at the next moment at which the workload compresses, or would: between two
 * bursts or passes, or beside the workers where they never pause.
 */
final class RequestedDemotion implements DemotionPass {
  private final DemotionPass own;
  private final Demotions demotions;
  private final DemotionRequests requests;
  private final Deadline deadline;
  private final AtomicLong carriedOut = new AtomicLong();

  /**
   * @param own what the workload does by itself
   */
  RequestedDemotion(
      DemotionPass own, Demotions demotions, DemotionRequests requests, Deadline deadline) {
    this.own = own;
    this.demotions = demotions;
    this.requests = requests;
    this.deadline = deadline;
  }

  @Override
  public void run(BooleanSupplier goOn) {
    own.run(goOn);
    long request = requests.take();
    if (request != 0) {
      demotions.run(() -> !deadline.isOver());
      carriedOut.incrementAndGet();
      requests.answer(request, demotions.stats());
    }
  }

  @Override
  public boolean isUrgent() {
    return requests.isPending();
  }

  /** How many requests were carried out. */
  long carriedOut() {
    return carriedOut.get();
  }
}
