package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.WhenFull;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.workloads.memory.ArenaAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether and how the region lives on the compressed arena. */
final class ArenaOptions {
  /** {@code --arena-cap-mb}. */
  static final class CapMebibytes extends RangeConverter {
    CapMebibytes() {
      super(8, 65_536);
    }
  }

  /** {@code --arena-resident-mb}. */
  static final class ResidentMebibytes extends RangeConverter {
    ResidentMebibytes() {
      super(8, MemoryCommand.MOST_REGION_MEBIBYTES);
    }
  }

  /** {@code --arena-min-savings-pct}. */
  static final class SavingsPercent extends RangeConverter {
    SavingsPercent() {
      super(0, 95);
    }
  }

  /** {@code --arena-page-kb}. */
  static final class PageKibibytes implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return switch (text) {
        case "4" -> 4;
        case "16" -> 16;
        case "64" -> 64;
        default -> throw new TypeConversionException("'" + text + "' is not 4, 16 or 64.");
      };
    }
  }

  /** {@code --arena-access}. */
  static final class Access implements ITypeConverter<ArenaAccess> {
    @Override
    public ArenaAccess convert(String text) {
      for (ArenaAccess access : ArenaAccess.values()) {
        if (access.toString().equals(text)) {
          return access;
        }
      }
      throw new TypeConversionException("'" + text + "' is not checked or transparent.");
    }
  }

  /** {@code --arena-when-full}. */
  static final class Policy implements ITypeConverter<WhenFull> {
    @Override
    public WhenFull convert(String text) {
      return switch (text) {
        case "restore-lru" -> WhenFull.RESTORE_LRU;
        case "reject" -> WhenFull.REJECT;
        default ->
            throw new TypeConversionException("'" + text + "' is not restore-lru or reject.");
      };
    }
  }

  @Option(
      names = "--use-mem-arena",
      description = "Keep the region on the compressed arena instead of plain memory.")
  boolean use;

  @Option(
      names = "--arena-access",
      paramLabel = "HOW",
      converter = Access.class,
      description =
          "checked: each touch asks whether its page is there; transparent: plain memory whose "
              + "absent pages fault (default: transparent where kernel, build and codec allow it, "
              + "checked with --arena-resident-mb; the output explains it).")
  @Nullable ArenaAccess access;

  @Option(
      names = "--arena-cap-mb",
      paramLabel = "N",
      converter = CapMebibytes.class,
      description =
          "Hard cap of the compressed pool in MiB, 8 to 65536 (default: 256, or all of "
              + "--arena-resident-mb).")
  @Nullable Long capMebibytes;

  @Option(
      names = "--arena-resident-mb",
      paramLabel = "N",
      converter = ResidentMebibytes.class,
      description =
          "What the region's pages in memory and the pool may take together in MiB, 8 to 1048576;"
              + " the region may be larger (default: no limit). Kept to exactly by checked"
              + " accesses; transparent ones wait for room, and exceed it where nothing is demoted"
              + " in time.")
  @Nullable Long residentMebibytes;

  @Option(
      names = "--arena-min-savings-pct",
      paramLabel = "N",
      defaultValue = "5",
      converter = SavingsPercent.class,
      description = "A page that saves less stays resident, 0 to 95 (default: ${DEFAULT-VALUE}).")
  long minSavingsPercent;

  @Option(
      names = "--arena-page-kb",
      paramLabel = "N",
      defaultValue = "4",
      converter = PageKibibytes.class,
      description =
          "Page size in KiB, 4, 16 or 64, also of a plain run's contents "
              + "(default: ${DEFAULT-VALUE}).")
  int pageKibibytes;

  @Option(
      names = "--arena-codec",
      paramLabel = "CODEC",
      defaultValue = "lz4",
      description =
          "lz4[-ACCELERATION], lz4hc[-LEVEL], zstd[-LEVEL] or zstd-fast[-LEVEL] "
              + "(default: ${DEFAULT-VALUE}).")
  String codec = "";

  @Option(
      names = "--arena-checksums",
      description = "Sum each page when it is compressed and check it when it is restored.")
  boolean checksums;

  @Option(
      names = "--arena-when-full",
      paramLabel = "POLICY",
      defaultValue = "restore-lru",
      converter = Policy.class,
      description =
          "At the cap, restore-lru: the pages compressed longest go back to memory; or reject: new "
              + "pages stay in memory (default: ${DEFAULT-VALUE}).")
  WhenFull whenFull = WhenFull.RESTORE_LRU;

  @Option(
      names = "--arena-stats-json",
      paramLabel = "PATH",
      description = "Write every counter of the arena to this file at the end of the run.")
  @Nullable Path statsFile;

  /** {@code --arena-t-cold-ms}. */
  static final class ColdMillis extends RangeConverter {
    ColdMillis() {
      super(100, 600_000);
    }
  }

  /** {@code --arena-prefetch-distance} and {@code --arena-prefetch-batch}. */
  static final class PrefetchPages extends RangeConverter {
    PrefetchPages() {
      super(1, 65_536);
    }
  }

  /** {@code --arena-cpu-pct} and {@code --arena-stall-pct}. */
  static final class Percent implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        double value = Double.parseDouble(text);
        if (value >= 0.1 && value <= 50) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number that is too large.
      }
      throw new TypeConversionException("'" + text + "' is not a number from 0.1 to 50.");
    }
  }

  /** {@code --arena-predictor}. */
  static final class PredictorName implements ITypeConverter<LoopConfig.Predictor> {
    @Override
    public LoopConfig.Predictor convert(String text) {
      for (LoopConfig.Predictor predictor : LoopConfig.Predictor.values()) {
        if (predictor.policyName().equals(text)) {
          return predictor;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is not auto, stride, phase, period, successor or off.");
    }
  }

  @Option(
      names = "--arena-autoloops",
      description =
          "Let background threads compress cold pages and restore them before they are touched; "
              + "the workload itself compresses nothing then.")
  boolean autoloops;

  @Option(
      names = "--arena-t-cold-ms",
      paramLabel = "N",
      defaultValue = "2000",
      converter = ColdMillis.class,
      description =
          "Milliseconds without a touch until a page is cold, to begin with, 100 to 600000 "
              + "(default: ${DEFAULT-VALUE}).")
  long coldMillis;

  @Option(
      names = "--arena-cpu-pct",
      paramLabel = "P",
      defaultValue = "5",
      converter = Percent.class,
      description =
          "CPU quota of all loops, percent of one core over a minute, 0.1 to 50 "
              + "(default: ${DEFAULT-VALUE}).")
  double cpuPercent;

  @Option(
      names = "--arena-stall-pct",
      paramLabel = "P",
      defaultValue = "1",
      converter = Percent.class,
      description =
          "Percent of the time that touches may wait for pages, 0.1 to 50 "
              + "(default: ${DEFAULT-VALUE}).")
  double stallPercent;

  @Option(
      names = "--arena-predictor",
      paramLabel = "NAME",
      defaultValue = "auto",
      converter = PredictorName.class,
      description =
          "What tells which pages will be needed: stride, phase, period, successor, auto (whichever"
              + " is right most often) or off (default: ${DEFAULT-VALUE}).")
  LoopConfig.Predictor predictor = LoopConfig.Predictor.AUTO;

  @Option(
      names = "--arena-prefetch-distance",
      paramLabel = "N",
      defaultValue = "1",
      converter = PrefetchPages.class,
      description =
          "Pages from a touch to the first one restored ahead of it, 1 to 65536 "
              + "(default: ${DEFAULT-VALUE}).")
  long prefetchDistance;

  @Option(
      names = "--arena-prefetch-batch",
      paramLabel = "N",
      defaultValue = "4",
      converter = PrefetchPages.class,
      description = "Pages restored ahead at a time, 1 to 65536 (default: ${DEFAULT-VALUE}).")
  long prefetchBatch;

  @Option(names = "--arena-disable-prefetch", description = "Restore nothing ahead of touches.")
  boolean disablePrefetch;

  @Option(
      names = "--arena-disable-bg-compress",
      description = "Compress nothing in the background.")
  boolean disableCompression;

  @Option(
      names = "--arena-conservative",
      description =
          "Keep out of memory only what comes back at a fixed rate, 0.2 percent of the working set "
              + "a minute, whatever more the quotas would pay for.")
  boolean conservative;

  @Mixin final HotnessOptions hotness = new HotnessOptions();

  private static final Set<String> OF_LOOPS =
      Set.of(
          "--arena-hotness",
          "--arena-damon-sampling-ms",
          "--arena-damon-aggregation-ms",
          "--arena-damon-update-ms",
          "--arena-damon-min-regions",
          "--arena-damon-max-regions",
          "--arena-conservative",
          "--arena-t-cold-ms",
          "--arena-cpu-pct",
          "--arena-stall-pct",
          "--arena-predictor",
          "--arena-prefetch-distance",
          "--arena-prefetch-batch",
          "--arena-disable-prefetch",
          "--arena-disable-bg-compress");

  /**
   * @throws Refusal if an option of the loops was given without loops, or options do not go
   *     together
   */
  void check(List<OptionSpec> given) {
    for (OptionSpec option : given) {
      if (!autoloops && OF_LOOPS.contains(option.longestName())) {
        throw new Refusal("Option '" + option.longestName() + "' needs --arena-autoloops.");
      }
    }
    hotness.check(given);
  }

  @Option(
      names = "--trace-csv",
      paramLabel = "PATH",
      description = "Write what the arena holds and does to this file, ten rows a second.")
  @Nullable Path traceFile;

  @Option(
      names = "--heat-csv",
      paramLabel = "PATH",
      description =
          "Write which parts of the region are written to and which are in memory to this file, ten"
              + " rows a second, for the heat maps of ./predicomp report.")
  @Nullable Path heatFile;

  int pageBytes() {
    return pageKibibytes << 10;
  }

  /** {@return what a region of that size may take of memory, in bytes} */
  long mostBytes(long regionBytes) {
    return residentMebibytes == null
        ? regionBytes
        : Math.min(regionBytes, ArenaConfig.mebibytes(residentMebibytes));
  }

  /**
   * @throws Refusal if there is no such codec, or it cannot be used here
   */
  PageCodec parseCodec() {
    try {
      return Codecs.parse(codec);
    } catch (IllegalArgumentException e) {
      throw new Refusal("Invalid value for option '--arena-codec': " + e.getMessage() + ".");
    } catch (UnsupportedOperationException e) {
      throw Refusal.ofValue("--arena-codec", codec, "cannot be used here: " + e.getMessage());
    }
  }

  /**
   * Which access the run gets, and why.
   *
   * @throws Refusal if the one that was asked for is not available
   */
  ArenaAccess.Choice chooseAccess(ArenaConfig config) {
    if (access == ArenaAccess.CHECKED) {
      return new ArenaAccess.Choice(access, "as asked for");
    }
    Optional<String> obstacle = TransparentArena.obstacle(config);
    if (access == null && config.residentBudget().isPresent()) {
      return new ArenaAccess.Choice(
          ArenaAccess.CHECKED, "a resident budget is kept to exactly by checked accesses only");
    }
    if (access == null) {
      return obstacle
          .map(reason -> new ArenaAccess.Choice(ArenaAccess.CHECKED, reason))
          .orElse(new ArenaAccess.Choice(ArenaAccess.TRANSPARENT, "kernel and build allow it"));
    }
    if (obstacle.isPresent()) {
      throw Refusal.ofValue("--arena-access", access, "is not available: " + obstacle.get());
    }
    return new ArenaAccess.Choice(access, "as asked for");
  }

  ArenaConfig config(String name) {
    ArenaConfig.Builder builder = ArenaConfig.builder();
    if (autoloops) {
      builder.autoloops(
          new LoopConfig(
              Duration.ofMillis(coldMillis),
              cpuPercent,
              stallPercent,
              disablePrefetch ? LoopConfig.Predictor.OFF : predictor,
              (int) prefetchDistance,
              (int) prefetchBatch,
              !disableCompression,
              conservative));
      builder.hotness(hotness.config());
    }
    if (capMebibytes != null) {
      builder.poolLimit(ArenaConfig.mebibytes(capMebibytes));
    }
    if (residentMebibytes != null) {
      builder.residentBudget(ArenaConfig.mebibytes(residentMebibytes));
    }
    return builder
        .name(name)
        .pageBytes(pageBytes())
        .codec(parseCodec())
        .minSavingsPercent((int) minSavingsPercent)
        .whenFull(whenFull)
        .checksums(checksums)
        .build();
  }
}
