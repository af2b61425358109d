package io.predicomp.workloads.load;

import io.predicomp.os.SystemPage;
import io.predicomp.os.memory.Mapping;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.DemotionPass;
import io.predicomp.workloads.run.DemotionSchedule;
import io.predicomp.workloads.run.Pacer;
import io.predicomp.workloads.run.PeriodicDemotion;
import io.predicomp.workloads.run.Toucher;
import io.predicomp.workloads.run.Worker;
import io.predicomp.workloads.run.Workload;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

/**
 * Maps memory, touches each of its pages and unmaps it, at a fixed rate. On the arena, which cannot
 * hold memory that comes and goes with {@code mmap}, a region beside it is touched page by page,
 * one with each operation, and compressed: the sidecar.
 *
 * @param regionBytes size of the sidecar, 0 for none
 * @param mapBytes size of a mapping
 * @param requestedRate operations a second, all workers together
 */
public record MmapChurn(long regionBytes, long mapBytes, long requestedRate) implements Workload {
  /** How often the sidecar is compressed: ten times a second, as the predecessor does. */
  public static final long DEMOTION_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int LARGEST_BATCH = 16;

  @Override
  public String name() {
    return "mmap_churn";
  }

  @Override
  public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
    return new PeriodicDemotion(DEMOTION_PERIOD_NANOS, demote, deadline);
  }

  @Override
  public void work(Worker worker) {
    Clock clock = worker.deadline().clock();
    Toucher sidecar = worker.toucher().orElse(null);
    Pacer pacer = new Pacer((double) requestedRate / worker.workers(), worker.deadline());
    long operations = 0;
    int page = 0;
    int batch;
    while ((batch = pacer.next(LARGEST_BATCH)) > 0) {
      for (int i = 0; i < batch && !worker.deadline().isStopped(); i++) {
        long start = clock.nanoTime();
        mapTouchUnmap();
        long end = clock.nanoTime();
        worker.serviceLatencies().record(end - start);
        worker.operationLatencies().record(end - pacer.dueNanoTime(i));
        operations++;
        if (sidecar != null) {
          sidecar.touch(page);
          page = page + 1 == worker.pages() ? 0 : page + 1;
        }
      }
      worker.setOperations(operations);
    }
    worker.setOperations(operations);
  }

  private void mapTouchUnmap() {
    try (Mapping mapping = Mapping.confined(mapBytes)) {
      MemorySegment segment = mapping.segment();
      for (long offset = 0; offset < segment.byteSize(); offset += SystemPage.SIZE) {
        segment.set(ValueLayout.JAVA_BYTE, offset, (byte) 1);
      }
    }
  }
}
