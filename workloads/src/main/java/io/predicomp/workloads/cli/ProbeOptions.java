package io.predicomp.workloads.cli;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.bpf.BpfVerifierException;
import io.predicomp.workloads.report.JsonLine;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What all observers have. */
final class ProbeOptions {
  /** {@code --duration-sec}. */
  static final class Seconds extends RangeConverter {
    Seconds() {
      super(0, 86_400);
    }
  }

  /** Opens what may be refused. */
  interface Opening<T> {
    T open() throws IOException;
  }

  @Option(
      names = "--duration-sec",
      paramLabel = "N",
      defaultValue = "0",
      converter = Seconds.class,
      description = "Seconds to observe, 0 to 86400; 0: until Ctrl-C (default: ${DEFAULT-VALUE}).")
  long seconds;

  @Option(names = "--json", description = "Print lines of JSON, the totals last.")
  boolean json;

  /** {@return when to stop} */
  Deadline deadline(Interruption interruption) {
    Deadline deadline =
        new Deadline(
            Clock.SYSTEM, seconds == 0 ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(seconds));
    interruption.watch(deadline);
    return deadline;
  }

  /** {@return what was opened, or, with the reason on standard error, what needs no privilege} */
  static <T> T open(Opening<T> programs, Supplier<T> without) {
    try {
      return programs.open();
    } catch (ErrnoException | BpfVerifierException | IOException e) {
      System.err.println(
          "predicomp: eBPF cannot be used: " + e.getMessage() + "; run as root for it");
      return without.get();
    }
  }

  /** Prints a line of text or of JSON. */
  void print(String text, Map<String, ?> values) {
    StandardOutput.print((json ? JsonLine.of(values) : text) + System.lineSeparator());
  }
}
