package io.predicomp.workloads.load;

import io.predicomp.arena.Phase;
import io.predicomp.workloads.fill.Mix;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.DemotionPass;
import io.predicomp.workloads.run.DemotionSchedule;
import io.predicomp.workloads.run.IdleDemotion;
import io.predicomp.workloads.run.Toucher;
import io.predicomp.workloads.run.Worker;
import io.predicomp.workloads.run.Workload;

/**
 * Passes over the region as fast as memory answers, then nothing, in turn. The next burst goes on
 * where the last one was cut off. All workers go by one schedule from the start of the run: each by
 * its own last burst, they would drift apart, in one run further than in another.
 *
 * @param activeNanos length of a burst
 * @param idleNanos length of the pause after it
 * @param idleJitter whether each pause is half to one and a half times as long, by chance, the same
 *     for all workers
 * @param hintAheadNanos how long before a burst the arena is told of it; 0: it is told nothing
 */
public record InteractiveBurst(
    long regionBytes, long activeNanos, long idleNanos, boolean idleJitter, long hintAheadNanos)
    implements Workload {
  /** Touches between two looks at the clock: fine enough for bursts of a millisecond. */
  private static final int BATCH = 64;

  @Override
  public String name() {
    return "interactive_burst";
  }

  @Override
  public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
    return new IdleDemotion(workers, demote, deadline);
  }

  private long idleNanos(long burst, long seed) {
    if (!idleJitter) {
      return idleNanos;
    }
    double uniform = (Mix.at(seed, burst) >>> 11) * 0x1p-53;
    return (long) (idleNanos * (0.5 + uniform));
  }

  @Override
  public void work(Worker worker) {
    Deadline deadline = worker.deadline();
    Clock clock = deadline.clock();
    Toucher toucher = worker.toucher().orElseThrow();
    int page = 0;
    long bursts = 0;
    long burstStart = deadline.startNanoTime();
    while (!deadline.isOver()) {
      long burstEnd = burstStart + activeNanos;
      do { // at least once, however late it is
        for (int i = 0; i < BATCH; i++) {
          toucher.touch(page);
          page = page + 1 == worker.pages() ? 0 : page + 1;
        }
        worker.setOperations(toucher.touches());
      } while (clock.nanoTime() < burstEnd && !deadline.isOver());
      burstStart = burstEnd + idleNanos(bursts++, worker.seed());
      if (!deadline.isOver()) {
        worker.demotion().idleBegins(burstStart);
        if (hintAheadNanos > 0) {
          worker.hints().accept(Phase.IDLE);
          deadline.sleepUntil(burstStart - hintAheadNanos);
          worker.hints().accept(Phase.ACTIVE);
        }
        deadline.sleepUntil(burstStart);
      }
    }
    worker.setOperations(toucher.touches());
  }
}
