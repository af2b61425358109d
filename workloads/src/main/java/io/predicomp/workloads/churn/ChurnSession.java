package io.predicomp.workloads.churn;

import io.predicomp.os.process.ProcessLimits;
import io.predicomp.os.process.ProcessLimits.Lowered;
import io.predicomp.os.process.ProcessLimits.Resource;
import io.predicomp.os.process.ThreadCpuClock;
import io.predicomp.os.process.UserThreads;
import io.predicomp.workloads.run.Crew;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.Progress;
import java.util.concurrent.atomic.AtomicLong;

/** One run of one churn. Used once, by one thread. */
public final class ChurnSession {
  /** For threads that the JVM and other programs of the user start meanwhile. */
  private static final long SPARE_THREADS = 64;

  private final ProcessChurn churn;
  private final ChurnSettings settings;
  private final Deadline deadline;
  private final Progress progress;
  private final ChurnTotals totals = new ChurnTotals();
  private final AtomicLong made = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private long stoppedNanos;

  public ChurnSession(
      ProcessChurn churn, ChurnSettings settings, Deadline deadline, Progress progress) {
    this.churn = churn;
    this.settings = settings;
    this.deadline = deadline;
    this.progress = progress;
  }

  /**
   * Runs until the deadline or an interruption, reaps every child, and returns what was measured.
   *
   * @throws TooManyFailures if more attempts failed than the settings allow
   */
  public ChurnResult run() {
    // Beyond what is there now, so many threads as the workers may have children, and some to
    // spare.
    long most =
        UserThreads.count() + SPARE_THREADS + settings.workers() * (1L + settings.mostChildren());
    try (Lowered limit = ProcessLimits.lower(Resource.PROCESSES, most)) {
      deadline.start();
      long cpuStart = ThreadCpuClock.processNanos();
      new Crew(settings.workers(), deadline)
          .run(
              "worker",
              this::work,
              () -> progress.show(deadline, "%d children".formatted(made.get())));
      progress.clear();
      return new ChurnResult(
          totals,
          stoppedNanos,
          ThreadCpuClock.processNanos() - cpuStart,
          deadline.isInterrupted(),
          limit.soft());
    }
  }

  private void work(int number) {
    try (ChurnWorker worker = new ChurnWorker(number, churn, settings, deadline, made, failed)) {
      worker.work();
      long stopped = deadline.elapsedNanos();
      worker.drain();
      synchronized (totals) {
        totals.add(worker.totals());
        stoppedNanos = Math.max(stoppedNanos, stopped);
      }
    }
  }
}
