package io.predicomp.workloads.cli;

import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import picocli.CommandLine.Option;

/** What the pages contain, and how touches change them. */
final class ContentOptions {
  /** {@code --write-percent}. */
  static final class Percent extends RangeConverter {
    Percent() {
      super(0, 100);
    }
  }

  @Option(
      names = "--fill",
      paramLabel = "FILL",
      defaultValue = "mixed_50_50",
      description =
          "Page contents: zero, repetitive, unique, mixed_50_50, ratio=R (LZ4 compresses to 1/R; R "
              + "is 1 to 20), file=PATH (default: ${DEFAULT-VALUE}).")
  String fill = "";

  @Option(
      names = "--write-percent",
      paramLabel = "N",
      defaultValue = "100",
      converter = Percent.class,
      description =
          "Touches that write; the others only read; 0 to 100 (default: ${DEFAULT-VALUE}).")
  long writePercent;

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
