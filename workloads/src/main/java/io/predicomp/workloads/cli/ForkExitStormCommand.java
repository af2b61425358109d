package io.predicomp.workloads.cli;

import io.predicomp.workloads.churn.ProcessChurn;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "fork_exit_storm",
    description = "Children that exit at once, forked by each worker at a fixed rate.")
final class ForkExitStormCommand extends ForkCommand {
  @Option(
      names = "--fork-rate",
      paramLabel = "N",
      defaultValue = "40",
      converter = ForkOptions.Rate.class,
      description =
          "Children a second of each worker, 1 to 1000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  ForkExitStormCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  ProcessChurn churn() {
    return new ProcessChurn.ForkExit();
  }

  @Override
  long rate() {
    return rate;
  }
}
