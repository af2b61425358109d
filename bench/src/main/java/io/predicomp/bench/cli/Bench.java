package io.predicomp.bench.cli;

import io.predicomp.workloads.cli.Interruption;
import io.predicomp.workloads.cli.Predicomp;
import io.predicomp.workloads.cli.Refusal;
import java.io.UncheckedIOException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The measurements, which {@code ./predicomp} starts here: nothing that is measured may depend on
 * what measures it. Exit codes are those of the other commands.
 */
@Command(name = "predicomp", mixinStandardHelpOptions = true)
public final class Bench implements Runnable {
  private static final int FAILED = 1;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  private Bench() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a measurement.");
  }

  /** Runs one command and exits. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    Interruption interruption = new Interruption();
    interruption.install();
    int code = FAILED;
    try {
      code = commandLine(interruption).execute(arguments);
    } finally {
      interruption.finish(code);
    }
    System.exit(code);
  }

  /** {@return the parser with all commands} */
  static CommandLine commandLine(Interruption interruption) {
    CommandLine commandLine =
        new CommandLine(new Bench())
            .addSubcommand(new ProcessMemBenchCommand(interruption))
            .addSubcommand(new CodecSweepCommand(interruption))
            .addSubcommand(new CompareCommand(interruption))
            .addSubcommand(new ReportCommand());
    for (CommandLine sub : commandLine.getSubcommands().values()) {
      sub.getCommandSpec().mixinStandardHelpOptions(true);
      sub.getCommandSpec().usageMessage().abbreviateSynopsis(true);
    }
    return commandLine
        .setParameterExceptionHandler((e, args) -> Predicomp.refuse(e))
        .setExecutionExceptionHandler((e, sub, result) -> failed(e))
        .setUsageHelpAutoWidth(true);
  }

  private static int failed(Exception e) throws Exception {
    return switch (e) {
      case Refusal refusal -> Predicomp.refuse(refusal.getMessage());
      case CannotMeasure reason -> fail(reason.getMessage());
      case UncheckedIOException io -> fail(io.getCause().getMessage());
      default -> throw e;
    };
  }

  private static int fail(String message) {
    System.err.println("predicomp: " + message);
    return FAILED;
  }
}
