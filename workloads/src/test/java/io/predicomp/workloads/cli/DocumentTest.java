package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What docs/workloads.md and workloads/README.md say is what {@code --help} says. */
class DocumentTest {
  @Test
  void everyExampleIsUnderstood() throws IOException {
    String text = Files.readString(Launched.ROOT.resolve("docs/workloads.md"));
    CommandLine commandLine = Predicomp.commandLine(new Interruption());
    Matcher example = Pattern.compile("(?m)^\\./workloads/bin/(.*)$").matcher(text);
    int examples = 0;
    while (example.find()) {
      commandLine.parseArgs(example.group(1).split(" ", -1)); // throws if it is not
      examples++;
    }
    assertEquals(7, examples);
  }

  @Test
  void everyWorkloadHasAChapterALauncherAndHelp() throws IOException {
    String text = Files.readString(Launched.ROOT.resolve("docs/workloads.md"));
    for (CommandLine command : workloads()) {
      String name = command.getCommandName();
      assertTrue(text.contains("\n## " + name + "\n"), name);
      assertTrue(Files.isExecutable(Launched.bin(name)), name);
      assertTrue(command.getUsageMessage().contains("--duration-sec"), name);
      assertTrue(command.getUsageMessage().contains("--memory-max"), name);
    }
    assertEquals(7, workloads().size());
  }

  /** The tables of options: none is missing, none is invented, and the defaults are right. */
  @Test
  void theTablesHaveTheOptionsOfHelp() throws IOException {
    String text = Files.readString(Launched.ROOT.resolve("workloads/README.md"));
    String tables =
        text.substring(text.indexOf("\n## Options\n"), text.indexOf("\n### Page contents\n"));
    Set<String> known = new TreeSet<>();
    for (CommandLine command : workloads()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (!option.usageHelp() && !option.versionHelp()) {
          known.add(option.longestName());
          assertTrue(tables.contains("`" + option.longestName()), option.longestName());
          assertDefault(tables, command.getCommandName(), option);
        }
      }
    }
    Matcher name = Pattern.compile("`(--(?:no-)?[a-z-]+)").matcher(tables);
    while (name.find()) {
      String option = name.group(1).replace("--no-", "--");
      assertTrue(known.contains(option), option + " is no option of any workload");
    }
  }

  /** The names in the table of workloads/README.md, in order. */
  static List<String> columnsOfTheTrace() throws IOException {
    String text = Files.readString(Launched.ROOT.resolve("workloads/README.md"));
    int start = text.indexOf("\n| column of `--trace-csv` |");
    String table = text.substring(start, text.indexOf("\n\n", start));
    return table
        .lines()
        .filter(row -> row.startsWith("| `"))
        .flatMap(
            row ->
                Pattern.compile("`([a-z_]+)`")
                    .matcher(row.substring(0, row.indexOf('|', 1)))
                    .results())
        .map(name -> name.group(1))
        .toList();
  }

  /** Where a row has a number as its default, it is that of the options of this name. */
  private static void assertDefault(String tables, String workload, OptionSpec option) {
    String number = option.defaultValue();
    if (number == null || !number.matches("[0-9]+")) {
      return;
    }
    List<String> rows =
        tables.lines().filter(row -> row.contains("`" + option.longestName() + " ")).toList();
    assertTrue(
        rows.stream().anyMatch(row -> Arrays.asList(row.split("[ |,]+", -1)).contains(number)),
        workload + " " + option.longestName() + " is " + number + ", not " + rows);
  }

  private static List<CommandLine> workloads() {
    return Predicomp.commandLine(new Interruption()).getSubcommands().values().stream()
        .filter(
            each ->
                each.getCommand() instanceof MemoryCommand
                    || each.getCommand() instanceof ForkCommand)
        .toList();
  }
}
