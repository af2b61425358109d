package io.predicomp.workloads.run;

import io.predicomp.arena.Phase;
import io.predicomp.workloads.memory.PageShare;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What one worker has at hand. Used by its thread alone while it works. */
public final class Worker {
  private final int workers;
  private final long seed;
  private final Deadline deadline;
  private final DemotionSchedule demotion;
  private final Optional<PageShare> share;
  private final Optional<Toucher> toucher;
  private final Consumer<Phase> hints;
  private final Latencies operationLatencies = new Latencies(1);
  private final Latencies serviceLatencies = new Latencies(1);
  private final AtomicLong operations = new AtomicLong();

  Worker(
      int workers,
      long seed,
      Deadline deadline,
      DemotionSchedule demotion,
      Optional<PageShare> share,
      Optional<Toucher> toucher,
      Consumer<Phase> hints) {
    this.workers = workers;
    this.seed = seed;
    this.deadline = deadline;
    this.demotion = demotion;
    this.share = share;
    this.toucher = toucher;
    this.hints = hints;
  }

  /** {@return number of workers of the run} */
  public int workers() {
    return workers;
  }

  /** {@return the seed of the run} */
  public long seed() {
    return seed;
  }

  /** {@return when to stop} */
  public Deadline deadline() {
    return deadline;
  }

  /** {@return whom to tell about idle time} */
  public DemotionSchedule demotion() {
    return demotion;
  }

  /** {@return pages of this worker's share, 0 without a region} */
  public int pages() {
    return share.map(PageShare::pages).orElse(0);
  }

  /** {@return this worker's touches, or nothing if the workload has no region} */
  public Optional<Toucher> toucher() {
    return toucher;
  }

  /** {@return whom to tell what comes, for workloads that are asked to} */
  public Consumer<Phase> hints() {
    return hints;
  }

  /** {@return latencies of paced operations, from when they were due until they were done} */
  public Latencies operationLatencies() {
    return operationLatencies;
  }

  /** {@return how long operations that are more than a touch took once they had begun} */
  public Latencies serviceLatencies() {
    return serviceLatencies;
  }

  /** Says how many operations were done so far. Say so after every batch, and at the end. */
  public void setOperations(long operations) {
    this.operations.setOpaque(operations);
  }

  /** {@return operations done so far; any thread may ask} */
  public long operations() {
    return operations.getOpaque();
  }
}
