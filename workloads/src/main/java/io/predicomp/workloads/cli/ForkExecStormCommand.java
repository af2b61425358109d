package io.predicomp.workloads.cli;

import io.predicomp.workloads.churn.ProcessChurn;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "fork_exec_storm",
    description =
        "Children that are another program, started by each worker at a fixed rate, without "
            + "arguments and with inputs and outputs at /dev/null.")
final class ForkExecStormCommand extends ForkCommand {
  @Option(
      names = "--fork-rate",
      paramLabel = "N",
      defaultValue = "10",
      converter = ForkOptions.Rate.class,
      description =
          "Children a second of each worker, 1 to 1000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  @Option(
      names = "--exec-path",
      paramLabel = "PATH",
      defaultValue = "/bin/true",
      description = "The program, an executable file (default: ${DEFAULT-VALUE}).")
  Path program = Path.of("");

  ForkExecStormCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  ProcessChurn churn() {
    if (!Files.exists(program)) {
      throw Refusal.ofValue("--exec-path", program, "does not exist");
    }
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      throw Refusal.ofValue("--exec-path", program, "is not an executable file");
    }
    return new ProcessChurn.ForkExec(program.toAbsolutePath());
  }

  @Override
  long rate() {
    return rate;
  }
}
