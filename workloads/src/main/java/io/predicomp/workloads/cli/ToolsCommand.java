package io.predicomp.workloads.cli;

import io.predicomp.workloads.external.Tool;
import io.predicomp.workloads.report.JsonLine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "tools", description = "External benchmarks: which are here.")
final class ToolsCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say: tools check.");
  }

  @Command(
      name = "check",
      description = {
        "Says of each external benchmark where it is, or how to get it.",
        "Exits with 0 whatever it finds."
      })
  static final class Check implements Callable<Integer> {
    @Option(names = "--json", description = "Print one line of JSON on standard output instead.")
    boolean json;

    @Override
    public Integer call() {
      StringBuilder text = new StringBuilder();
      Map<String, Object> all = new LinkedHashMap<>();
      for (Tool tool : Tool.values()) {
        Optional<Path> program = tool.find(System.getenv());
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("status", program.isPresent() ? "found" : "missing");
        found.put(
            program.isPresent() ? "path" : "remedy",
            program.map(Path::toString).orElse(tool.remedy(System.getenv())));
        all.put(tool.label(), found);
        text.append(
            program
                .map(path -> "yes  %-10s %s%n".formatted(tool.label(), path))
                .orElse("NO   %-10s %s%n".formatted(tool.label(), tool.remedy(System.getenv()))));
      }
      StandardOutput.print(json ? JsonLine.of(all) + System.lineSeparator() : text.toString());
      return 0;
    }
  }
}
