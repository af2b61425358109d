package io.predicomp.bench.cli;

import io.predicomp.bench.result.Results;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go. */
final class OutputOptions {
  @Option(
      names = "--csv",
      paramLabel = "PATH",
      description =
          "Where the CSV goes; the JSON is put beside it (default: COMMAND-TIME.csv in"
              + " bench/results/local).")
  @Nullable Path csv;

  @Option(names = "--json", description = "Print the JSON on standard output instead of a table.")
  boolean json;

  /** Writes both files, and the table or the JSON to standard output. */
  void write(Results results, String table) {
    Path path = csv == null ? defaultPath(results.benchmark()) : csv;
    Path beside = results.write(path);
    System.out.print(json ? results.json() + "\n" : table);
    System.out.flush();
    System.err.println("Written: " + path + " and " + beside);
  }

  /** Says what is under way, where somebody may be looking. */
  static void progress(String what) {
    if (Boolean.getBoolean("predicomp.terminal")) {
      System.err.print("\r\u001b[K" + what);
      System.err.flush();
    }
  }

  /** Leaves the line that {@link #progress} wrote. */
  static void endProgress() {
    progress("");
  }

  private static Path defaultPath(String benchmark) {
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    return Path.of(
        System.getProperty("predicomp.home", "."),
        "bench/results/local",
        benchmark + "-" + time + ".csv");
  }
}
