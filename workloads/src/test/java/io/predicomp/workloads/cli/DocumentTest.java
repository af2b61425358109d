package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What docs/workloads.md shows can be typed. */
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
    for (var command : Predicomp.commandLine(new Interruption()).getSubcommands().entrySet()) {
      Object workload = command.getValue().getCommand();
      if (workload instanceof MemoryCommand || workload instanceof ForkCommand) {
        String name = command.getKey();
        assertTrue(text.contains("\n## " + name + "\n"), name);
        assertTrue(Files.isExecutable(Launched.bin(name)), name);
        assertTrue(command.getValue().getUsageMessage().contains("--duration-sec"), name);
        assertTrue(command.getValue().getUsageMessage().contains("--memory-max"), name);
      }
    }
  }
}
