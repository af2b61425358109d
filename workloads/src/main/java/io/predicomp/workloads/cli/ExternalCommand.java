package io.predicomp.workloads.cli;

import io.predicomp.workloads.external.ExternalRun;
import io.predicomp.workloads.external.ExternalRun.Request;
import io.predicomp.workloads.external.Tool;
import io.predicomp.workloads.report.JsonLine;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "external",
    description = {
      "Runs an external benchmark with a profile of workloads/profiles, sized to this machine and "
          + "bounded in time.",
      "Leaves tool.log, what the tool wrote for machines, and summary.json in a folder of its own "
          + "under workloads/results.",
      "Exit codes: 124 if it was killed at the bound, 127 if it is not installed."
    })
final class ExternalCommand implements Callable<Integer> {
  private static final int TIMED_OUT = 124; // as timeout(1)
  private static final int NOT_FOUND = 127; // as a shell
  private static final long SAFE_SECONDS = 3600;

  /** {@code --duration-sec}. */
  static final class Seconds extends RangeConverter {
    Seconds() {
      super(1, 300);
    }
  }

  /** {@code --timeout-sec}. */
  static final class Bound extends RangeConverter {
    Bound() {
      super(1, 604_800, "1 to 3600, or to 604800 with --unsafe-allow-long");
    }
  }

  /** {@code --scale}. */
  static final class Scale implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        double value = Double.parseDouble(text);
        if (value >= 0.001 && value <= 100) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number that is too large.
      }
      throw new TypeConversionException("'" + text + "' is not a number from 0.001 to 100.");
    }
  }

  /** The tool's name. */
  static final class Name implements ITypeConverter<Tool> {
    @Override
    public Tool convert(String text) {
      return Tool.of(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is not stress-ng, sysbench, fio, mmtests or phoronix."));
    }
  }

  @Parameters(
      paramLabel = "TOOL",
      converter = Name.class,
      description = "stress-ng, sysbench, fio, mmtests or phoronix.")
  Tool tool = Tool.STRESS_NG;

  @Option(
      names = "--scale",
      paramLabel = "F",
      defaultValue = "1",
      converter = Scale.class,
      description =
          "Multiplies the profile's sizes, 0.001 to 100; together they are at most half of the free"
              + " memory or disk (default: ${DEFAULT-VALUE}).")
  double scale;

  @Option(
      names = "--duration-sec",
      paramLabel = "N",
      converter = Seconds.class,
      description = "Seconds of work, 1 to 300 (default: the profile's).")
  @Nullable Long seconds;

  @Option(
      names = "--timeout-sec",
      paramLabel = "N",
      converter = Bound.class,
      description =
          "Kill the tool and all its processes after so many seconds, 1 to 3600 (default: the "
              + "profile's).")
  @Nullable Long bound;

  @Option(
      names = "--test",
      paramLabel = "NAME",
      description = "mmtests: a config file; phoronix: a test (default: the profile's).")
  @Nullable String test;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Another profile (default: workloads/profiles/TOOL.properties).")
  @Nullable Path profile;

  @Option(
      names = "--results",
      paramLabel = "DIRECTORY",
      description = "Where the folder of results is made (default: workloads/results/external).")
  @Nullable Path results;

  @Option(names = "--json", description = "Print the summary as one line of JSON.")
  boolean json;

  @Option(
      names = "--unsafe-allow-long",
      description = "Allow a bound of more than 3600 seconds, up to 604800.")
  boolean unsafe;

  private final Interruption interruption;

  ExternalCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    if (!unsafe && bound != null && bound > SAFE_SECONDS) {
      throw Refusal.ofValue(
          "--timeout-sec", bound, "is more than 3600, which needs --unsafe-allow-long");
    }
    if (test != null && !tool.isSuite()) {
      throw new Refusal("Option '--test' is for mmtests and phoronix only.");
    }
    Optional<Path> program = tool.find(System.getenv());
    if (program.isEmpty()) {
      System.err.println(
          "predicomp: %s is not installed: %s."
              .formatted(tool.label(), tool.remedy(System.getenv())));
      return NOT_FOUND;
    }
    Path home = Path.of(System.getProperty("predicomp.home", ".")).toAbsolutePath();
    Deadline deadline = new Deadline(Clock.SYSTEM, Long.MAX_VALUE);
    interruption.watch(deadline);
    Path parent = results != null ? results : home.resolve("workloads/results/external");
    ExternalRun run =
        new ExternalRun(
            new Request(
                tool,
                program.get(),
                profile != null
                    ? profile
                    : home.resolve("workloads/profiles/" + tool.label() + ".properties"),
                scale,
                Optional.ofNullable(seconds),
                Optional.ofNullable(bound),
                Optional.ofNullable(test)),
            deadline::isInterrupted);
    Refusal.requireDirectory("--results", parent);
    return report(run, parent);
  }

  private int report(ExternalRun run, Path parent) {
    Map<String, Object> summary;
    try {
      summary = run.into(parent);
    } catch (IllegalArgumentException e) {
      throw new Refusal("Invalid profile: " + e.getMessage() + ".");
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("results cannot be written below " + parent + ": " + e.getMessage()));
    }
    String line = JsonLine.of(summary) + System.lineSeparator();
    StandardOutput.print(json ? line : text(summary));
    return switch ((String) summary.get("end")) {
      case "exited" -> (int) summary.get("exit_code") == 0 ? 0 : failed(summary);
      case "timed_out" -> timedOut(summary);
      default -> 0; // the signal decides
    };
  }

  private int failed(Map<String, Object> summary) {
    System.err.println(
        "predicomp: %s failed with exit code %s; its words are in %s."
            .formatted(tool.label(), summary.get("exit_code"), summary.get("log")));
    return 1;
  }

  private int timedOut(Map<String, Object> summary) {
    System.err.println(
        "predicomp: %s was killed after %s seconds; what it said until then is in %s."
            .formatted(tool.label(), summary.get("timeout_sec"), summary.get("log")));
    return TIMED_OUT;
  }

  private static String text(Map<String, Object> summary) {
    StringBuilder text = new StringBuilder();
    summary.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> map) {
            text.append("  %s%n".formatted(name));
            map.forEach((key, figure) -> text.append("    %-28s %s%n".formatted(key, figure)));
          } else {
            text.append("  %-14s %s%n".formatted(name, value));
          }
        });
    return text.toString();
  }
}
