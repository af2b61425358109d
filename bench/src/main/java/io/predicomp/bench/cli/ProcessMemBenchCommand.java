package io.predicomp.bench.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.bench.process.PhaseModel;
import io.predicomp.bench.process.ProcessMemBench;
import io.predicomp.bench.process.RunSettings;
import io.predicomp.bench.process.SummaryTable;
import io.predicomp.os.memory.AvailableMemory;
import io.predicomp.workloads.cli.Interruption;
import io.predicomp.workloads.cli.RangeConverter;
import io.predicomp.workloads.cli.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "process_mem_bench",
    description = {
      "Measures what a process takes before and after its pages are compressed, what compression"
          + " costs, and how long reads of cold pages wait.",
      "Every run is a process of its own; RSS and PSS are those of the whole process: pool, tables,"
          + " buffers and the JVM itself. Contents are verified at the end of each run."
    })
final class ProcessMemBenchCommand implements Callable<Integer> {
  /** {@code --min-savings-pct}. */
  static final class Percent extends RangeConverter {
    Percent() {
      super(0, 99);
    }
  }

  /** {@code --reuse-distance-pages}. */
  static final class Distance extends RangeConverter {
    Distance() {
      super(0, 1 << 20);
    }
  }

  /** {@code --idle-ms}. */
  static final class Millis extends RangeConverter {
    Millis() {
      super(0, 300_000);
    }
  }

  /** {@code --latency-sample-step}. */
  static final class Step extends RangeConverter {
    Step() {
      super(1, 1_000_000);
    }
  }

  @Option(
      names = "--dataset",
      arity = "1..*",
      paramLabel = "NAME",
      description =
          "Page contents, one or several, also {a,b} or \"a,b\": zero, repetitive, unique,"
              + " mixed_50_50, json, ratio=R (1 to 20), file=PATH (default: repetitive unique"
              + " mixed_50_50).")
  List<String> datasets = List.of("repetitive", "unique", "mixed_50_50");

  @Option(
      names = "--region-mb",
      converter = Numbers.Mebibytes.class,
      defaultValue = "256",
      description = "Memory that is filled, 1 to 1048576 (default: ${DEFAULT-VALUE}).")
  long regionMb;

  @Option(
      names = "--arena-cap-mb",
      converter = Numbers.Mebibytes.class,
      defaultValue = "128",
      description = "Limit of the compressed pool, 1 to 1048576 (default: ${DEFAULT-VALUE}).")
  long arenaCapMb;

  @Option(
      names = "--min-savings-pct",
      converter = Percent.class,
      defaultValue = "5",
      description = "A page that saves less stays, 0 to 99 (default: ${DEFAULT-VALUE}).")
  long minSavingsPct;

  @Option(
      names = "--runs",
      converter = Numbers.Count.class,
      defaultValue = "6",
      description =
          "Runs of each dataset that count, 1 to 1000; 6 are needed for a 95 %% interval of the"
              + " median (default: ${DEFAULT-VALUE}).")
  long runs;

  @Option(
      names = "--warmups",
      converter = Numbers.CountOrNone.class,
      defaultValue = "1",
      description = "Runs of each before, 0 to 1000 (default: ${DEFAULT-VALUE}).")
  long warmups;

  @Option(
      names = "--phase-model",
      paramLabel = "MODEL",
      defaultValue = "hot-idle-partial-random",
      description =
          "single-bulk, hot-idle-full-reread or hot-idle-partial-random (default:"
              + " ${DEFAULT-VALUE}).")
  String phaseModel = "";

  @Option(
      names = "--hot-fraction",
      converter = Numbers.Fraction.class,
      defaultValue = "0.25",
      description = "Part that is used before compression, 0 to 1 (default: ${DEFAULT-VALUE}).")
  double hotFraction;

  @Option(
      names = "--partial-reread-fraction",
      converter = Numbers.Fraction.class,
      defaultValue = "0.25",
      description = "Part that is read back in order, 0 to 1 (default: ${DEFAULT-VALUE}).")
  double partialRereadFraction;

  @Option(
      names = "--random-reread-fraction",
      converter = Numbers.Fraction.class,
      defaultValue = "0.25",
      description = "Random reads, as a part of all pages, 0 to 1 (default: ${DEFAULT-VALUE}).")
  double randomRereadFraction;

  @Option(
      names = "--reuse-distance-pages",
      converter = Distance.class,
      defaultValue = "64",
      description =
          "Every other random read goes back to the page read so many reads ago; 0 to 1048576, 0"
              + " for none (default: ${DEFAULT-VALUE}).")
  long reuseDistancePages;

  @Option(
      names = "--idle-ms",
      converter = Millis.class,
      defaultValue = "250",
      description = "Rest after compression, 0 to 300000 (default: ${DEFAULT-VALUE}).")
  long idleMs;

  @Option(
      names = "--latency-sample-step",
      converter = Step.class,
      defaultValue = "4",
      description = "Time every N-th read, 1 to 1000000 (default: ${DEFAULT-VALUE}).")
  long latencySampleStep;

  @Option(
      names = "--access",
      arity = "1..*",
      paramLabel = "KIND",
      description =
          "checked, transparent, or both: through a cursor, or as a plain segment (default:"
              + " checked).")
  List<String> accesses = List.of("checked");

  @Option(
      names = "--baseline",
      description = "Do the same on plain memory as well, which compresses nothing.")
  boolean baseline;

  @Option(
      names = "--page-bytes",
      defaultValue = "4096",
      description = "4096, 16384 or 65536 (default: ${DEFAULT-VALUE}).")
  int pageBytes;

  @Option(
      names = "--codec",
      defaultValue = "lz4",
      description = "lz4, lz4hc-9, zstd-3, ... (default: ${DEFAULT-VALUE}).")
  String codec = "";

  @Mixin MeasurementOptions common = new MeasurementOptions();

  private final Interruption interruption;

  ProcessMemBenchCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    ProcessMemBench.Plan plan = plan();
    requireMemory();
    return common.measure(
        interruption,
        (interrupted, progress) -> new ProcessMemBench(plan, interrupted, progress).run(),
        SummaryTable::of);
  }

  private ProcessMemBench.Plan plan() {
    List<String> kinds = new ArrayList<>();
    for (String word : accesses) {
      for (String kind : word.split(",", -1)) {
        if (!kind.equals("checked") && !kind.equals("transparent")) {
          throw new Refusal(
              "Invalid value for option '--access': '"
                  + kind
                  + "' is not one of checked, transparent.");
        }
        kinds.add(kind);
      }
    }
    if (baseline) {
      kinds.add("plain");
    }
    try {
      PhaseModel.of(phaseModel);
    } catch (IllegalArgumentException e) {
      throw new Refusal("Invalid value for option '--phase-model': " + e.getMessage() + ".");
    }
    Codec.require(codec);
    requirePageBytes();
    RunSettings like =
        new RunSettings(
            "",
            0,
            false,
            "",
            phaseModel,
            regionMb,
            arenaCapMb,
            (int) minSavingsPct,
            hotFraction,
            partialRereadFraction,
            randomRereadFraction,
            (int) reuseDistancePages,
            (int) idleMs,
            (int) latencySampleStep,
            common.seed,
            pageBytes,
            codec);
    return new ProcessMemBench.Plan(
        like,
        Datasets.parse(datasets, common.seed, pageBytes, false),
        kinds,
        (int) warmups,
        (int) runs);
  }

  private void requirePageBytes() {
    try {
      ArenaConfig.builder().pageBytes(pageBytes).build();
    } catch (IllegalArgumentException e) {
      throw Refusal.ofValue("--page-bytes", pageBytes, "is not one of 4096, 16384, 65536");
    }
  }

  private void requireMemory() {
    long available = AvailableMemory.read().bytes() >> 20;
    long needed = regionMb + Math.min(regionMb, arenaCapMb);
    if (needed > available) {
      throw Refusal.ofValue(
          "--region-mb",
          regionMb,
          "needs up to " + needed + " MiB with its pool, and " + available + " MiB are available");
    }
  }
}
