package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.load.RandomTouchHeap;
import io.predicomp.workloads.run.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "random_touch_heap",
    description = {
      "Touches of random pages of a large region at a fixed rate.",
      "On the arena, everything is compressed once the region is filled and then once a second, "
          + "while the touches go on."
    })
final class RandomTouchHeapCommand extends MemoryCommand {
  /** {@code --ops-per-sec}. */
  static final class Rate extends RangeConverter {
    Rate() {
      super(1, 1_000_000_000);
    }
  }

  @Option(
      names = "--region-mb",
      paramLabel = "N",
      defaultValue = "512",
      converter = RegionMebibytes.class,
      description =
          "Size of the region in MiB, 1 to 1048576 and no more than there is memory "
              + "(default: ${DEFAULT-VALUE}).")
  long regionMebibytes;

  @Option(
      names = "--ops-per-sec",
      paramLabel = "N",
      defaultValue = "400000",
      converter = Rate.class,
      description =
          "Touches a second of all workers together, 1 to 1000000000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  /** {@code --pattern}: uniform as exponent 0. */
  static final class PatternExponent implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      if (text.equals("uniform")) {
        return 0.0;
      }
      try {
        if (text.startsWith("zipf:")) {
          double exponent = Double.parseDouble(text.substring("zipf:".length()));
          if (exponent >= 0.1 && exponent <= 5) {
            return exponent;
          }
        }
      } catch (NumberFormatException e) {
        // Refused below, like an exponent that is too large.
      }
      throw new TypeConversionException(
          "'" + text + "' is not uniform or zipf:S with S from 0.1 to 5.");
    }
  }

  @Option(
      names = "--pattern",
      paramLabel = "PATTERN",
      defaultValue = "uniform",
      converter = PatternExponent.class,
      description =
          "Which pages: uniform, or zipf:S, some more often than others by the exponent S, 0.1 to"
              + " 5, scattered over the region (default: ${DEFAULT-VALUE}).")
  double zipfExponent;

  RandomTouchHeapCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  Workload workload() {
    return new RandomTouchHeap(ArenaConfig.mebibytes(regionMebibytes), rate, zipfExponent);
  }

  @Override
  String regionOption() {
    return "--region-mb";
  }
}
