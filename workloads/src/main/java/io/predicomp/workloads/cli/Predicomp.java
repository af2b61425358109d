package io.predicomp.workloads.cli;

import io.predicomp.os.ErrnoException;
import io.predicomp.workloads.churn.TooManyFailures;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
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
    })
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
      code = commandLine(interruption, arguments).execute(arguments);
    } finally {
      interruption.finish(code);
    }
    System.exit(code);
  }

  /** {@return the parser with all commands} */
  static CommandLine commandLine(Interruption interruption) {
    CommandLine commandLine = new CommandLine(new Predicomp());
    commands(interruption)
        .forEach((name, command) -> commandLine.addSubcommand(name, command.get()));
    commandLine.addSubcommand(new HelpCommand());
    commandLine.addSubcommand(new AutoComplete.GenerateCompletion());
    Measurements.addTo(commandLine);
    return prepare(commandLine);
  }

  /**
   * {@return a parser that understands these arguments} It knows the one command that they begin
   * with, for to read the options of all takes longer than the rest of the start; or all of them.
   */
  private static CommandLine commandLine(Interruption interruption, String[] arguments) {
    String name = arguments.length > 0 ? arguments[0] : "";
    Supplier<Object> command = commands(interruption).get(name);
    return command == null
        ? commandLine(interruption)
        : prepare(new CommandLine(new Predicomp()).addSubcommand(name, command.get()));
  }

  private static Map<String, Supplier<Object>> commands(Interruption interruption) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("interactive_burst", () -> new InteractiveBurstCommand(interruption));
    commands.put("anon_streamer", () -> new AnonStreamerCommand(interruption));
    commands.put("random_touch_heap", () -> new RandomTouchHeapCommand(interruption));
    commands.put("mmap_churn", () -> new MmapChurnCommand(interruption));
    commands.put("fork_exit_storm", () -> new ForkExitStormCommand(interruption));
    commands.put("fork_touch_exit", () -> new ForkTouchExitCommand(interruption));
    commands.put("fork_exec_storm", () -> new ForkExecStormCommand(interruption));
    commands.put("controller", () -> new ControllerCommand(interruption));
    commands.put("matrix", () -> new MatrixCommand(interruption));
    commands.put("probe", () -> ProbeCommand.commandLine(interruption));
    commands.put("external", () -> new ExternalCommand(interruption));
    commands.put(
        "tools", () -> new CommandLine(new ToolsCommand()).addSubcommand(new ToolsCommand.Check()));
    commands.put("smoke", SmokeCommand::new);
    commands.put("doctor", DoctorCommand::new);
    return commands;
  }

  private static CommandLine prepare(CommandLine commandLine) {
    describe(commandLine);
    return commandLine
        .setParameterExceptionHandler((e, args) -> refuse(e))
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

  /** The same for what the parser found. */
  public static int refuse(ParameterException e) {
    return refuse(Suggestion.explain(e));
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
