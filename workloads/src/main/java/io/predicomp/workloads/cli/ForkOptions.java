package io.predicomp.workloads.cli;

import io.predicomp.os.process.Forker.Inheritance;
import picocli.CommandLine.Option;

/** What the workloads that make processes have in common, beside their rate. */
final class ForkOptions {
  static final long SAFE_RATE = 1_000;
  static final long SAFE_TOTAL_RATE = 10_000;
  private static final long MOST_RATE = 100_000;
  private static final String RATES =
      "1 to " + SAFE_RATE + ", or to " + MOST_RATE + " with --unsafe-allow-long";

  /** {@code --fork-rate}. */
  static final class Rate extends RangeConverter {
    Rate() {
      super(1, MOST_RATE, RATES);
    }
  }

  /** {@code --max-children}. */
  static final class Children extends RangeConverter {
    Children() {
      super(1, 256);
    }
  }

  /** {@code --max-failed-pct}. */
  static final class Percent extends RangeConverter {
    Percent() {
      super(0, 100);
    }
  }

  @Option(
      names = "--max-children",
      paramLabel = "N",
      defaultValue = "16",
      converter = Children.class,
      description =
          "Children of one worker at a time, 1 to 256; a worker that has as many waits for one to "
              + "end (default: ${DEFAULT-VALUE}).")
  long mostChildren;

  @Option(
      names = "--max-failed-pct",
      paramLabel = "N",
      defaultValue = "50",
      converter = Percent.class,
      description =
          "Failed attempts are counted by error; when more than this share of them fails, the run "
              + "ends with exit code 1; 0 to 100 (default: ${DEFAULT-VALUE}).")
  long mostFailedPercent;

  @Option(
      names = "--inherit-memory",
      description =
          "Forked children get a copy of the whole JVM's memory instead of the little that they "
              + "need; each fork then costs many times more. No effect on fork_exec_storm.")
  boolean inheritMemory;

  Inheritance inheritance() {
    return inheritMemory ? Inheritance.EVERYTHING : Inheritance.LITTLE;
  }

  /**
   * @throws Refusal if a rate needs {@code --unsafe-allow-long}
   */
  static void checkRate(long rate, long workers, boolean unsafe) {
    if (unsafe) {
      return;
    }
    if (rate > SAFE_RATE) {
      throw Refusal.ofValue("--fork-rate", rate, "is not a whole number from " + RATES);
    }
    if (rate * workers > SAFE_TOTAL_RATE) {
      throw Refusal.ofValue(
          "--fork-rate",
          rate,
          "times %d workers is more than %d children a second, which needs --unsafe-allow-long"
              .formatted(workers, SAFE_TOTAL_RATE));
    }
  }
}
