package io.predicomp.workloads.cli;

import io.predicomp.controller.matrix.Matrix;
import io.predicomp.controller.matrix.MatrixResult;
import io.predicomp.controller.matrix.MatrixSettings;
import io.predicomp.controller.matrix.MatrixWorkload;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "matrix",
    description = {
      "Runs all seven workloads, each with a controller of its own. The four with memory are asked"
          + " to compress, the three that fork are observed.",
      "Results go to workloads/results/controller-matrix/TIME/WORKLOAD. Exits with 1 if a workload"
          + " failed."
    })
final class MatrixCommand implements Callable<Integer> {
  private final Interruption interruption;

  @Option(
      names = "--delay-sec",
      paramLabel = "S",
      defaultValue = "10",
      converter = ControllerCommand.Seconds.class,
      description =
          "Seconds from a workload's start until it is asked to compress; less than --duration-sec"
              + " (default: ${DEFAULT-VALUE}).")
  double delaySeconds;

  @Option(
      names = "--duration-sec",
      paramLabel = "N",
      defaultValue = "20",
      converter = RunOptions.Seconds.class,
      description = "Seconds that each workload runs, 1 to 300 (default: ${DEFAULT-VALUE}).")
  long durationSeconds;

  @Option(
      names = "--region-mb",
      paramLabel = "N",
      converter = MemoryCommand.RegionMebibytes.class,
      description = "Memory of each workload that has some, in MiB (default: its own).")
  @Nullable Long regionMebibytes;

  @Option(
      names = "--workers",
      paramLabel = "N",
      converter = RunOptions.Workers.class,
      description = "Workers of each workload (default: its own).")
  @Nullable Long workers;

  @Option(
      names = "--workloads",
      paramLabel = "NAME",
      split = ",",
      description = "Only these, separated by commas (default: all seven).")
  @Nullable List<String> names;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Directory of the results (default: workloads/results/controller-matrix).")
  @Nullable Path results;

  @Option(names = "--json", description = "Print one line of JSON instead of the table.")
  boolean json;

  MatrixCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    if (durationSeconds > RunOptions.SAFE_SECONDS) {
      throw Refusal.ofValue(
          "--duration-sec", durationSeconds, "is not a whole number from 1 to 300");
    }
    if (delaySeconds >= durationSeconds) {
      throw Refusal.ofValue(
          "--delay-sec",
          delaySeconds,
          "is not less than --duration-sec, %d: nothing would be compressed"
              .formatted(durationSeconds));
    }
    Path home = Path.of(System.getProperty("predicomp.home", "."));
    MatrixSettings settings =
        new MatrixSettings(
            home.resolve("predicomp"),
            results == null ? home.resolve("workloads/results/controller-matrix") : results,
            delaySeconds,
            durationSeconds,
            optional(regionMebibytes),
            optional(workers),
            workloads());
    Refusal.requireDirectory("--results", settings.results());
    Deadline deadline = new Deadline(Clock.SYSTEM, Long.MAX_VALUE);
    interruption.watch(deadline);
    try {
      Matrix matrix = new Matrix(settings, deadline::isOver, System.err::println);
      List<MatrixResult> all = matrix.run();
      StandardOutput.print(
          json ? matrix.json(all) + System.lineSeparator() : MatrixResult.table(all));
      System.err.println("results in " + matrix.directory());
      boolean good =
          all.size() == settings.workloads().size() && all.stream().allMatch(MatrixResult::isGood);
      return good ? 0 : 1;
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("results cannot be written: " + e.getMessage(), e));
    }
  }

  private static OptionalLong optional(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private List<MatrixWorkload> workloads() {
    if (names == null) {
      return List.of(MatrixWorkload.values());
    }
    String known =
        Arrays.stream(MatrixWorkload.values())
            .map(MatrixWorkload::command)
            .collect(Collectors.joining(", "));
    List<MatrixWorkload> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          MatrixWorkload.of(name)
              .orElseThrow(() -> Refusal.ofValue("--workloads", name, "is not one of " + known)));
    }
    return chosen;
  }
}
