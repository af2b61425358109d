package io.predicomp.workloads.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The controller's observers, each on its own. */
@Command(
    name = "probe",
    description = "Shows what the kernel tells of processes, page faults and reclaim.")
final class ProbeCommand implements Runnable {
  @Spec CommandSpec spec;

  /** {@return the command with one below it for each observer} */
  static CommandLine commandLine(Interruption interruption) {
    return new CommandLine(new ProbeCommand())
        .addSubcommand(new ProbeForkCommand(interruption))
        .addSubcommand(new ProbePageFaultCommand(interruption))
        .addSubcommand(new ProbeReclaimCommand(interruption));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to observe: probe fork, page-fault or reclaim.");
  }
}
