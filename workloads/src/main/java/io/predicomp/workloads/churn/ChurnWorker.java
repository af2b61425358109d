package io.predicomp.workloads.churn;

import io.predicomp.os.process.Forker;
import io.predicomp.os.process.SpawnCommand;
import io.predicomp.workloads.fill.Mix;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.Pacer;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Makes children at a rate, and reaps them while it waits. For one thread. */
final class ChurnWorker implements AutoCloseable {
  /** What a limit refused may be granted when some children have ended. */
  private static final long PAUSE_AFTER_FAILURE_NANOS = 5_000_000;

  /** Children that are still running so long after the end are killed. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private static final long LONGEST_WAIT_NANOS = 10_000_000;
  private static final int LARGEST_BATCH = 16;

  /** So many attempts fail before the share of failures means anything. */
  private static final long LEAST_FAILURES = 20;

  private final ChurnSettings settings;
  private final Deadline deadline;
  private final AtomicLong made;
  private final AtomicLong failed;
  private final long touchPages;
  private final Optional<SpawnCommand> command;
  private final Forker forker;
  private final Pacer pacer;
  private final ChurnTotals totals = new ChurnTotals();

  /**
   * @param made children of all workers
   * @param failed attempts of all workers
   */
  ChurnWorker(
      int number,
      ProcessChurn churn,
      ChurnSettings settings,
      Deadline deadline,
      AtomicLong made,
      AtomicLong failed) {
    this.settings = settings;
    this.deadline = deadline;
    this.made = made;
    this.failed = failed;
    touchPages = churn instanceof ProcessChurn.ForkTouchExit touch ? touch.pages() : 0;
    command =
        churn instanceof ProcessChurn.ForkExec exec
            ? Optional.of(new SpawnCommand(exec.program()))
            : Optional.empty();
    forker =
        command.isPresent()
            ? Forker.forPrograms(settings.mostChildren())
            : Forker.open(settings.mostChildren(), settings.inheritance());
    // Above 0 and at most 1.
    double head = ((Mix.at(settings.seed(), number) >>> 11) + 1) * 0x1p-53;
    pacer = new Pacer(settings.ratePerWorker(), deadline, head, this::reap);
  }

  void work() {
    int batch;
    while ((batch = pacer.next(LARGEST_BATCH)) > 0) {
      for (int i = 0; i < batch && !deadline.isStopped(); i++) {
        if (awaitRoom()) {
          makeOne();
        }
      }
    }
  }

  private void makeOne() {
    long start = System.nanoTime();
    int error = command.isPresent() ? forker.start(command.get()) : forker.fork(touchPages);
    if (error == 0) {
      totals.made(System.nanoTime() - start);
      made.incrementAndGet();
      reap(0);
    } else {
      totals.failed(error);
      checkFailures(failed.incrementAndGet());
      reap(PAUSE_AFTER_FAILURE_NANOS);
    }
  }

  private void checkFailures(long failures) {
    long attempts = failures + made.get();
    if (failures >= LEAST_FAILURES && failures * 100 > attempts * settings.mostFailedPercent()) {
      throw new TooManyFailures(
          String.format(
              Locale.ROOT,
              "%d of %d attempts to make a child failed, more than %d percent (%s): lower the rate "
                  + "or --workers, or raise the limit of processes.",
              failures,
              attempts,
              settings.mostFailedPercent(),
              String.join(", ", totals.failures().keySet())));
    }
  }

  /** Returns whether there is room for a child; not if the run is over. */
  private boolean awaitRoom() {
    if (forker.isFull()) {
      totals.waitedForRoom();
      while (forker.isFull() && !deadline.isOver()) {
        reap(LONGEST_WAIT_NANOS);
      }
    }
    return !forker.isFull();
  }

  private void reap(long nanos) {
    forker.reap(nanos, totals::ended);
  }

  /** Waits for the children that are left, for a while. */
  void drain() {
    long giveUp = System.nanoTime() + PATIENCE_NANOS;
    while (forker.children() > 0 && System.nanoTime() < giveUp) {
      reap(LONGEST_WAIT_NANOS);
    }
    totals.killed(forker.children());
  }

  ChurnTotals totals() {
    return totals;
  }

  /** Kills and reaps what is left. */
  @Override
  public void close() {
    forker.close();
    command.ifPresent(SpawnCommand::close);
  }
}
