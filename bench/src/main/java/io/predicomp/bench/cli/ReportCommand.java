package io.predicomp.bench.cli;

import io.predicomp.bench.report.HtmlReport;
import io.predicomp.bench.report.Input;
import io.predicomp.bench.report.TextReport;
import io.predicomp.workloads.cli.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    description = {
      "Makes one HTML file, which needs no network, of results: JSON or CSV of process_mem_bench,"
          + " codec_sweep and compare, --json of workloads, --trace-csv and --heat-csv of"
          + " workloads, JSON of vm/damon_reclaim.sh and of bench/run jmh; any of them, several at"
          + " once.",
      "With --text: a summary in the terminal."
    })
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RESULTS", arity = "1..*", description = "Files.")
  List<Path> files = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description = "Where the page goes (default: report.html).")
  @Nullable Path output;

  @Option(names = "--text", description = "Print a summary instead; with -o, both.")
  boolean text;

  @Override
  public Integer call() {
    List<Input> inputs = new ArrayList<>();
    for (Path file : files) {
      try {
        inputs.addAll(Input.read(file));
      } catch (Input.NotShowable e) {
        throw new Refusal("Invalid value for parameter RESULTS: " + e.getMessage() + ".");
      } catch (IOException e) {
        throw new Refusal("Invalid value for parameter RESULTS: '" + file + "' cannot be read.");
      }
    }
    if (text) {
      System.out.print(TextReport.of(inputs));
      System.out.flush();
    }
    if (!text || output != null) {
      write(HtmlReport.of(inputs), output == null ? Path.of("report.html") : output);
    }
    return 0;
  }

  private static void write(String page, Path path) {
    try {
      Files.writeString(path, page);
    } catch (IOException e) {
      throw Refusal.ofFile("--output", path);
    }
    System.err.println("Written: " + path);
  }
}
