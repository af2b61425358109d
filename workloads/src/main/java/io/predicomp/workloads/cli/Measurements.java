package io.predicomp.workloads.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * The commands of the bench module. It is built on this one, so they are not here: the launcher
 * sends them there, and this program only lists them.
 */
final class Measurements {
  /** What the launcher ({@code ./predicomp}) sends elsewhere, and how it is listed. */
  private static final Map<String, String> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put(
        "process_mem_bench",
        "Memory of a process before and after compression, and how long cold reads wait.");
    COMMANDS.put("codec_sweep", "What every codec saves and costs, at every size of page.");
    COMMANDS.put(
        "compare", "The same pages in the arena, in zram, in bare C, in H2 and in memory.");
    COMMANDS.put("report", "Results and traces as one HTML page, or as text.");
  }

  private Measurements() {}

  static void addTo(CommandLine commandLine) {
    COMMANDS.forEach(
        (name, description) -> {
          CommandSpec spec = CommandSpec.forAnnotatedObject(new Elsewhere()).name(name);
          spec.usageMessage().description(description);
          commandLine.addSubcommand(name, spec);
        });
  }

  /** Reached only without the launcher. */
  @Command
  static final class Elsewhere implements Runnable {
    @Spec CommandSpec spec;
    @Unmatched String[] rest = {};

    @Override
    public void run() {
      throw new Refusal(
          "The command " + spec.name() + " is in the bench module: start it by ./predicomp.");
    }
  }
}
