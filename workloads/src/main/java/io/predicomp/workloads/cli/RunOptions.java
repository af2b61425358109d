package io.predicomp.workloads.cli;

import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** What every workload takes: how long, how many, how random, what is printed. */
final class RunOptions {
  static final long SAFE_SECONDS = 300;
  static final long SAFE_WORKERS = 512;
  private static final long MOST_SECONDS = 604_800;
  private static final long MOST_WORKERS = 65_536;

  /** {@code --duration-sec}. */
  static final class Seconds extends RangeConverter {
    Seconds() {
      super(1, MOST_SECONDS, range(SAFE_SECONDS, MOST_SECONDS));
    }
  }

  /** {@code --workers}. */
  static final class Workers extends RangeConverter {
    Workers() {
      super(1, MOST_WORKERS, range(SAFE_WORKERS, MOST_WORKERS));
    }
  }

  /** {@code --seed}. */
  static final class Seed extends RangeConverter {
    Seed() {
      super(0, Long.MAX_VALUE);
    }
  }

  @Option(
      names = "--duration-sec",
      paramLabel = "N",
      defaultValue = "20",
      converter = Seconds.class,
      description = "Seconds to run, 1 to 300 (default: ${DEFAULT-VALUE}).")
  long seconds;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "4",
      converter = Workers.class,
      description = "Threads that do the work, 1 to 512 (default: ${DEFAULT-VALUE}).")
  long workers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "12345",
      converter = Seed.class,
      description =
          "Same seed, same page contents and same sequence of touches; of processes, the same "
              + "moments within a period; 0 or more "
              + "(default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--json",
      description = "Print one line of JSON on standard output instead of the summary.")
  boolean json;

  @Option(
      names = "--unsafe-allow-long",
      description = "Allow more than 300 seconds (up to 604800) and 512 workers (up to 65536).")
  boolean unsafe;

  long nanos() {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  /**
   * @throws Refusal if a limit is exceeded that only {@code --unsafe-allow-long} lifts
   */
  void check() {
    if (!unsafe && seconds > SAFE_SECONDS) {
      throw beyond("--duration-sec", seconds, range(SAFE_SECONDS, MOST_SECONDS));
    }
    if (!unsafe && workers > SAFE_WORKERS) {
      throw beyond("--workers", workers, range(SAFE_WORKERS, MOST_WORKERS));
    }
  }

  private static Refusal beyond(String option, long value, String range) {
    return Refusal.ofValue(option, value, "is not a whole number from " + range);
  }

  private static String range(long safe, long most) {
    return "1 to " + safe + ", or to " + most + " with --unsafe-allow-long";
  }
}
