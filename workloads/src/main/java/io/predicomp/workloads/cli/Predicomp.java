package io.predicomp.workloads.cli;

import io.predicomp.os.ErrnoException;
import io.predicomp.workloads.churn.TooManyFailures;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: exit code 0 if all went well, 1 if a run failed, 2 if the user asked wrongly. */
@Command(
    name = "predicomp",
    versionProvider = Predicomp.Version.class,
    mixinStandardHelpOptions = true,
    description = "Keeps cold memory compressed inside the process: workloads and diagnosis.",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed (or contents were wrong), 2 wrong options, 130 interrupted.",
      "JVM options can be given in the environment variable PREDICOMP_JAVA_OPTS."
    },
    subcommands = {HelpCommand.class, AutoComplete.GenerateCompletion.class})
public final class Predicomp implements Runnable {
  private static final int FAILED = 1;
  private static final int REFUSED = 2;

  @Spec CommandSpec spec;

  private Predicomp() {}

  /** The version the module was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Predicomp.class.getModule().getDescriptor().rawVersion().orElse("(unknown version)");
      return new String[] {
        "predicomp " + version, "JDK " + Runtime.version() + " on " + System.getProperty("os.arch")
      };
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command, or --help to list them.");
  }

  /** Runs one command and exits. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // numbers look the same everywhere
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
    CommandLine commandLine = new CommandLine(new Predicomp());
    for (MemoryCommand command :
        List.of(
            new InteractiveBurstCommand(interruption),
            new AnonStreamerCommand(interruption),
            new RandomTouchHeapCommand(interruption),
            new MmapChurnCommand(interruption))) {
      commandLine.addSubcommand(command);
    }
    commandLine.addSubcommand(new ForkExitStormCommand(interruption));
    commandLine.addSubcommand(new ForkTouchExitCommand(interruption));
    commandLine.addSubcommand(new ForkExecStormCommand(interruption));
    commandLine.addSubcommand(new ControllerCommand(interruption));
    commandLine.addSubcommand(new MatrixCommand(interruption));
    commandLine.addSubcommand(ProbeCommand.commandLine(interruption));
    commandLine.addSubcommand(new ExternalCommand(interruption));
    commandLine.addSubcommand(
        new CommandLine(new ToolsCommand()).addSubcommand(new ToolsCommand.Check()));
    commandLine.addSubcommand(new SmokeCommand());
    commandLine.addSubcommand(new DoctorCommand());
    Measurements.addTo(commandLine);
    describe(commandLine);
    return commandLine
        .setParameterExceptionHandler((e, args) -> refuse(Suggestion.explain(e)))
        .setExecutionExceptionHandler((e, sub, result) -> failed(e))
        .setUsageHelpAutoWidth(true);
  }

  private static void describe(CommandLine parent) {
    for (CommandLine sub : parent.getSubcommands().values()) {
      sub.getCommandSpec().mixinStandardHelpOptions(true);
      sub.getCommandSpec().versionProvider(new Version());
      sub.getCommandSpec().usageMessage().abbreviateSynopsis(true);
      describe(sub);
    }
  }

  /** Tells a user what was wrong about the options; returns the exit code for that. */
  public static int refuse(String message) {
    System.err.println("predicomp: " + message);
    return REFUSED;
  }

  /** What the machine or the user causes is told in a sentence; the rest is our mistake. */
  private static int failed(Exception e) throws Exception {
    return switch (e) {
      case Refusal refusal -> refuse(refusal.getMessage());
      case TooManyFailures failures -> fail(failures);
      case ErrnoException errno -> fail(errno);
      case UncheckedIOException io -> fail(io.getCause());
      default -> throw e;
    };
  }

  private static int fail(Throwable e) {
    System.err.println("predicomp: " + e.getMessage());
    return FAILED;
  }
}
