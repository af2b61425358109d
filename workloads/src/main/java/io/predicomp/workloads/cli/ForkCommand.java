package io.predicomp.workloads.cli;

import io.predicomp.os.SystemPage;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.memory.AvailableMemory;
import io.predicomp.os.process.Forker;
import io.predicomp.os.process.UserThreads;
import io.predicomp.workloads.churn.ChurnSession;
import io.predicomp.workloads.churn.ChurnSettings;
import io.predicomp.workloads.churn.ProcessChurn;
import io.predicomp.workloads.churn.ProcessChurn.ForkExec;
import io.predicomp.workloads.churn.ProcessChurn.ForkTouchExit;
import io.predicomp.workloads.report.ChurnReport;
import io.predicomp.workloads.report.JsonLine;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that makes processes: options in, report out. */
abstract class ForkCommand implements Callable<Integer> {
  /** What a child has resident besides the pages it touches: tables, stack, a copy of pages. */
  private static final long CHILD_BYTES = 256 << 10;

  private final Interruption interruption;

  @Mixin final RunOptions run = new RunOptions();
  @Mixin final CgroupOptions cgroup = new CgroupOptions();
  @Mixin final ForkOptions fork = new ForkOptions();

  ForkCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  /** What the options describe. */
  abstract ProcessChurn churn();

  /** Children a second of each worker. */
  abstract long rate();

  @Override
  public final Integer call() {
    return cgroup.within(this::runChurn);
  }

  private int runChurn() {
    run.check();
    ForkOptions.checkRate(rate(), run.workers, run.unsafe);
    ProcessChurn churn = churn();
    checkMemory(churn);
    if (!(churn instanceof ForkExec)
        && Forker.probe() instanceof ProbeResult.Unsupported(String reason, String remedy)) {
      throw new Refusal(churn.name() + ": " + reason + "; " + remedy + ".");
    }
    ChurnReport report = run(churn);
    StandardOutput.print(
        run.json ? JsonLine.of(report.json()) + System.lineSeparator() : report.summary());
    return 0;
  }

  private ChurnReport run(ProcessChurn churn) {
    ChurnSettings settings =
        new ChurnSettings(
            (int) run.workers,
            run.seed,
            rate(),
            (int) fork.mostChildren,
            fork.inheritance(),
            (int) fork.mostFailedPercent);
    Deadline deadline = new Deadline(Clock.SYSTEM, run.nanos());
    interruption.watch(deadline);
    Progress progress = new Progress(System.err, Boolean.getBoolean("predicomp.terminal"));
    return new ChurnReport(
        churn,
        settings,
        new ChurnSession(churn, settings, deadline, progress).run(),
        UserThreads.areLimited());
  }

  private void checkMemory(ProcessChurn churn) {
    long pages = churn instanceof ForkTouchExit touch ? touch.pages() : 0;
    long bytes = run.workers * fork.mostChildren * (CHILD_BYTES + pages * SystemPage.SIZE);
    AvailableMemory available = AvailableMemory.read();
    if (bytes > available.bytes()) {
      throw new Refusal(
          "%d children at a time (--workers times --max-children) may take %d MiB, more than the %d "
                  .formatted(run.workers * fork.mostChildren, bytes >> 20, available.bytes() >> 20)
              + "MiB that are available (%s).".formatted(available.limitedBy()));
    }
  }
}
