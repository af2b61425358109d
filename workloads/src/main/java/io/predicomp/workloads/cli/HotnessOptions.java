package io.predicomp.workloads.cli;

import io.predicomp.arena.HotnessConfig;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where the loops get evidence of use from, and how closely DAMON looks. */
final class HotnessOptions {
  /** {@code --arena-hotness}. */
  static final class Source implements ITypeConverter<HotnessConfig.Evidence> {
    @Override
    public HotnessConfig.Evidence convert(String text) {
      return switch (text) {
        case "auto" -> HotnessConfig.Evidence.AUTO;
        case "touches" -> HotnessConfig.Evidence.TOUCHES;
        case "damon" -> HotnessConfig.Evidence.DAMON;
        default ->
            throw new TypeConversionException("'" + text + "' is not auto, touches or damon.");
      };
    }
  }

  /** {@code --arena-damon-sampling-ms} and {@code --arena-damon-aggregation-ms}. */
  static final class Millis extends RangeConverter {
    Millis() {
      super(1, 10_000);
    }
  }

  /** {@code --arena-damon-update-ms}. */
  static final class UpdateMillis extends RangeConverter {
    UpdateMillis() {
      super(1, 3_600_000);
    }
  }

  /** {@code --arena-damon-min-regions} and {@code --arena-damon-max-regions}. */
  static final class Regions extends RangeConverter {
    Regions() {
      super(3, 100_000);
    }
  }

  @Option(
      names = "--arena-hotness",
      paramLabel = "SOURCE",
      defaultValue = "auto",
      converter = Source.class,
      description =
          "Evidence of use: touches; damon as well, if it is free; or auto, which takes damon only"
              + " if PREDICOMP_DAMON=allow and there is no kdamond (default: ${DEFAULT-VALUE}).")
  HotnessConfig.Evidence evidence = HotnessConfig.Evidence.AUTO;

  @Option(
      names = "--arena-damon-sampling-ms",
      paramLabel = "N",
      defaultValue = "5",
      converter = Millis.class,
      description =
          "Milliseconds between two looks of DAMON at a region's one page, 1 to 10000"
              + " (default: ${DEFAULT-VALUE}).")
  long samplingMillis;

  @Option(
      names = "--arena-damon-aggregation-ms",
      paramLabel = "N",
      defaultValue = "100",
      converter = Millis.class,
      description =
          "Milliseconds over which DAMON counts looks, 1 to 10000 and no less than sampling"
              + " (default: ${DEFAULT-VALUE}).")
  long aggregationMillis;

  @Option(
      names = "--arena-damon-update-ms",
      paramLabel = "N",
      defaultValue = "1000",
      converter = UpdateMillis.class,
      description =
          "Milliseconds after which DAMON looks for changed mappings, 1 to 3600000 and no less than"
              + " sampling (default: ${DEFAULT-VALUE}).")
  long updateMillis;

  @Option(
      names = "--arena-damon-min-regions",
      paramLabel = "N",
      defaultValue = "10",
      converter = Regions.class,
      description =
          "Regions that DAMON tells apart at least, 3 to 100000 (default: ${DEFAULT-VALUE}).")
  long minRegions;

  @Option(
      names = "--arena-damon-max-regions",
      paramLabel = "N",
      defaultValue = "200",
      converter = Regions.class,
      description =
          "Regions that DAMON tells apart at most, which bounds its cost, 3 to 100000 and no less"
              + " than the least (default: ${DEFAULT-VALUE}).")
  long maxRegions;

  /**
   * @throws Refusal if options do not go together
   */
  void check(List<OptionSpec> given) {
    for (OptionSpec option : given) {
      if (evidence == HotnessConfig.Evidence.TOUCHES
          && option.longestName().startsWith("--arena-damon-")) {
        throw new Refusal(
            "Option '" + option.longestName() + "' has no effect with --arena-hotness touches.");
      }
    }
    atLeast("--arena-damon-aggregation-ms", aggregationMillis, "sampling-ms", samplingMillis);
    atLeast("--arena-damon-update-ms", updateMillis, "sampling-ms", samplingMillis);
    atLeast("--arena-damon-max-regions", maxRegions, "min-regions", minRegions);
  }

  private static void atLeast(String option, long value, String other, long least) {
    if (value < least) {
      throw Refusal.ofValue(option, value, "is less than --arena-damon-" + other + ", " + least);
    }
  }

  HotnessConfig config() {
    return new HotnessConfig(
        evidence,
        Duration.ofMillis(samplingMillis),
        Duration.ofMillis(aggregationMillis),
        Duration.ofMillis(updateMillis),
        (int) minRegions,
        (int) maxRegions);
  }
}
