package io.predicomp.workloads.cli;

import io.predicomp.workloads.churn.ProcessChurn;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "fork_touch_exit",
    description =
        "Children that touch pages of fresh memory of their own and exit, forked by each worker at "
            + "a fixed rate.")
final class ForkTouchExitCommand extends ForkCommand {
  /** {@code --touch-pages}. */
  static final class Pages extends RangeConverter {
    Pages() {
      super(1, 16_384);
    }
  }

  @Option(
      names = "--fork-rate",
      paramLabel = "N",
      defaultValue = "20",
      converter = ForkOptions.Rate.class,
      description =
          "Children a second of each worker, 1 to 1000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  @Option(
      names = "--touch-pages",
      paramLabel = "N",
      defaultValue = "64",
      converter = Pages.class,
      description =
          "System pages that each child touches, 1 to 16384; a page fault each "
              + "(default: ${DEFAULT-VALUE}).")
  long pages;

  ForkTouchExitCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  ProcessChurn churn() {
    return new ProcessChurn.ForkTouchExit(pages);
  }

  @Override
  long rate() {
    return rate;
  }
}
