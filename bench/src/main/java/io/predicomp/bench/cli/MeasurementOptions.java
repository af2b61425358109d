package io.predicomp.bench.cli;

import io.predicomp.bench.process.ProcessMemBench;
import io.predicomp.bench.result.Results;
import io.predicomp.workloads.cli.Interruption;
import io.predicomp.workloads.cli.Refusal;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every measurement takes, and how it is run: its seed, and where results go. */
final class MeasurementOptions {
  /** What a command measures. */
  interface Measurement {
    /**
     * {@return the results, fewer than planned if interrupted}
     *
     * @param interrupted asked now and then whether to stop
     * @param progress told what is under way
     */
    Results run(BooleanSupplier interrupted, Consumer<String> progress)
        throws IOException, ProcessMemBench.CannotRun;
  }

  @Option(
      names = "--seed",
      defaultValue = "12345",
      description = "Of contents and order (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--csv",
      paramLabel = "PATH",
      description =
          "Where the CSV goes; the JSON is put beside it (default: COMMAND-TIME.csv in"
              + " bench/results/local).")
  @Nullable Path csv;

  @Option(names = "--json", description = "Print the JSON on standard output instead of a table.")
  boolean json;

  /**
   * Measures, and writes both files, and the table or the JSON to standard output.
   *
   * @return the exit code
   * @throws CannotMeasure if the measurement fails
   */
  int measure(Interruption interruption, Measurement measurement, Function<Results, String> table) {
    requireWritable();
    Deadline endless = new Deadline(Clock.SYSTEM, Long.MAX_VALUE);
    interruption.watch(endless);
    try {
      Results results = measurement.run(endless::isInterrupted, MeasurementOptions::progress);
      progress(""); // leaves the line
      write(results, table.apply(results));
      return 0;
    } catch (IOException | ProcessMemBench.CannotRun e) {
      throw new CannotMeasure(e);
    }
  }

  /** Before the measurement, not after it, when its results would be lost. */
  private void requireWritable() {
    Path file = csv == null ? defaultPath("") : csv;
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || Files.isDirectory(file)) {
      throw Refusal.ofFile("--csv", file);
    }
    Refusal.requireDirectory("--csv", parent);
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw Refusal.ofFile("--csv", file);
    }
  }

  private void write(Results results, String table) {
    Path path = csv == null ? defaultPath(results.benchmark()) : csv;
    Path beside = results.write(path);
    System.out.print(json ? results.json() + "\n" : table);
    System.out.flush();
    System.err.println("Written: " + path + " and " + beside);
  }

  /** Says what is under way, where somebody may be looking. */
  private static void progress(String what) {
    if (Boolean.getBoolean("predicomp.terminal")) {
      System.err.print("\r\u001b[K" + what);
      System.err.flush();
    }
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
