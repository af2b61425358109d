package io.predicomp.workloads.cli;

import io.predicomp.workloads.run.Deadline;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** How often an observer that counts shows its counts. */
final class ProbeInterval {
  /** {@code --interval-ms}. */
  static final class Millis extends RangeConverter {
    Millis() {
      super(10, 60_000);
    }
  }

  @Option(
      names = "--interval-ms",
      paramLabel = "N",
      defaultValue = "1000",
      converter = Millis.class,
      description = "Milliseconds between two looks, 10 to 60000 (default: ${DEFAULT-VALUE}).")
  long millis;

  /** Waits until the next look. */
  void await(Deadline deadline) {
    deadline.sleepUntil(deadline.clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
