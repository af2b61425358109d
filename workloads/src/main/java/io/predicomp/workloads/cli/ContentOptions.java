package io.predicomp.workloads.cli;

import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the pages contain, and how touches change them. */
final class ContentOptions {
  /** {@code --write-percent}. */
  static final class Percent extends RangeConverter {
    Percent() {
      super(0, 100);
    }
  }

  /** {@code --latency-sample-step}. */
  static final class Step extends RangeConverter {
    Step() {
      super(1, 1_000_000);
    }
  }

  @Option(
      names = "--fill",
      paramLabel = "FILL",
      defaultValue = "mixed_50_50",
      description =
          "Page contents: zero, repetitive, unique, mixed_50_50, json (records of orders), ratio=R "
              + "(LZ4 compresses to 1/R; R is 1 to 20), file=PATH (default: ${DEFAULT-VALUE}).")
  String fill = "";

  @Option(
      names = "--write-percent",
      paramLabel = "N",
      defaultValue = "100",
      converter = Percent.class,
      description =
          "Touches that write; the others only read; 0 to 100 (default: ${DEFAULT-VALUE}).")
  long writePercent;

  @Option(
      names = "--latency-sample-step",
      paramLabel = "N",
      defaultValue = "16",
      converter = Step.class,
      description = "Time every N-th touch, 1 to 1000000 (default: ${DEFAULT-VALUE}).")
  long latencyStep;

  @Option(
      names = "--verify",
      negatable = true,
      fallbackValue = "true",
      description =
          "Read every page back at the end and compare it with what was written; a difference is "
              + "exit code 1 (default: on with --use-mem-arena, else off).")
  @Nullable Boolean verify;

  boolean verifies(boolean arena) {
    return verify == null ? arena : verify;
  }

  /**
   * @throws Refusal if there is no such fill
   */
  PageFill parse(long seed, int pageBytes) {
    try {
      return PageFills.parse(fill, seed, pageBytes);
    } catch (IllegalArgumentException e) {
      throw new Refusal("Invalid value for option '--fill': " + e.getMessage() + ".");
    }
  }
}
