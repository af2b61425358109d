package io.predicomp.bench.cli;

import io.predicomp.bench.rival.Comparison;
import io.predicomp.bench.rival.ComparisonTable;
import io.predicomp.bench.rival.WorkloadCase;
import io.predicomp.bench.rival.ZramSwap;
import io.predicomp.os.memory.AvailableMemory;
import io.predicomp.workloads.cli.Interruption;
import io.predicomp.workloads.cli.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "compare",
    description = {
      "Gives the same pages to the arena (checked, transparent, its dense tiers), to zram, to a"
          + " bare C program, to H2's nioMemLZF and to plain memory, lets them put all of them"
          + " away, and reads them back at random, in turn. Then runs the workloads on plain memory"
          + " and on the arena (checked, transparent), in turn: what is done, and what is saved.",
      "zram needs root: a device of our own is added, swapped to, and removed again, also after a"
          + " kill, by the next run. Where swap is in use already, zram is left out. What cannot"
          + " take part is named with the reason."
    })
final class CompareCommand implements Callable<Integer> {
  private static final long QUICK_MB = 32;
  private static final long FULL_MB = 256;

  @Option(
      names = "--quick",
      description =
          "JSON pages, 32 MiB, and runs of the workloads of 2 to 5 s: a minute and a half in all"
              + " (the default).")
  boolean quick;

  @Option(
      names = "--full",
      description =
          "JSON, heap dump and mixed_50_50, 256 MiB each, more rounds, 20 minutes; and runs of the"
              + " workloads that are long enough to learn, 13 minutes for each of 3 rounds.")
  boolean full;

  @Option(
      names = "--dataset",
      arity = "1..*",
      paramLabel = "NAME",
      description =
          "Contents, one or several, also {a,b} or \"a,b\": json, heap-dump, repetitive, unique,"
              + " mixed_50_50, ratio=R (1 to 20), file=PATH.")
  @Nullable List<String> datasets;

  @Option(
      names = "--contenders",
      arity = "1..*",
      paramLabel = "NAME",
      description =
          "plain, checked, transparent, dense, coldest, zram, bare, h2 (default: all of them).")
  @Nullable List<String> contenders;

  @Option(
      names = "--region-mb",
      converter = Numbers.Mebibytes.class,
      description = "MiB of pages, 1 to 1048576 (default: 32, with --full 256).")
  @Nullable Long regionMb;

  @Option(
      names = "--rounds",
      converter = Numbers.Count.class,
      description = "Rounds that count, 1 to 1000 (default: 3, with --full 6).")
  @Nullable Long rounds;

  @Option(
      names = "--codec",
      defaultValue = "lz4",
      description = "Of the arena and of zram: lz4 or zstd (default: ${DEFAULT-VALUE}).")
  String codec = "";

  @Option(
      names = "--workload-sec",
      converter = Numbers.CountOrNone.class,
      description =
          "Seconds of each run of each workload, the second half of which counts, 0 for none, at"
              + " most 1000 (default: as long as each needs, 2 to 5, with --full 10 to 100).")
  @Nullable Long workloadSeconds;

  @Option(
      names = "--workload-rounds",
      converter = Numbers.Count.class,
      description =
          "Runs of each workload on each kind of memory, in turn, whose medians are told, 1 to 1000"
              + " (default: 1, with --full 3).")
  @Nullable Long workloadRounds;

  @Option(
      names = "--clean-up",
      description = "Only remove zram devices that killed runs have left.")
  boolean cleanUp;

  @Mixin MeasurementOptions common = new MeasurementOptions();

  private final Interruption interruption;

  CompareCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    try {
      if (cleanUp) {
        List<String> removed = ZramSwap.removeLeftovers();
        System.err.println(
            removed.isEmpty()
                ? "No zram device was left behind."
                : "Removed: " + String.join(", ", removed));
        return 0;
      }
    } catch (IOException e) {
      throw new CannotMeasure(e);
    }
    Comparison.Plan plan = plan();
    return common.measure(
        interruption,
        (interrupted, progress) -> new Comparison(plan, interrupted, progress).run(),
        ComparisonTable::of);
  }

  private Comparison.Plan plan() {
    if (quick && full) {
      throw new Refusal("--quick and --full exclude each other.");
    }
    if (!codec.equals("lz4") && !codec.equals("zstd")) {
      throw Refusal.ofValue("--codec", codec, "is not one of lz4, zstd");
    }
    List<String> names = contenders == null ? Comparison.names() : Datasets.words(contenders);
    for (String name : names) {
      if (!Comparison.names().contains(name)) {
        throw Refusal.ofValue(
            "--contenders", name, "is not one of " + String.join(", ", Comparison.names()));
      }
    }
    long megabytes = regionMb == null ? (full ? FULL_MB : QUICK_MB) : regionMb;
    long available = AvailableMemory.read().bytes() >> 20;
    long needed = megabytes * (names.size() + 1);
    if (needed > available) {
      throw Refusal.ofValue(
          "--region-mb",
          megabytes,
          "needs up to "
              + needed
              + " MiB for all contenders, and "
              + available
              + " MiB are available");
    }
    List<String> contents =
        datasets == null
            ? (full ? List.of("json", "heap-dump", "mixed_50_50") : List.of("json"))
            : datasets;
    return new Comparison.Plan(
        Datasets.parse(contents, common.seed, 4096, true),
        names,
        megabytes,
        rounds == null ? (full ? 6 : 3) : rounds.intValue(),
        codec,
        common.seed,
        workloads(),
        workloadRounds == null ? (full ? 3 : 1) : workloadRounds.intValue());
  }

  private List<WorkloadCase> workloads() {
    List<WorkloadCase> cases = full ? WorkloadCase.full() : WorkloadCase.quick();
    if (workloadSeconds == null) {
      return cases;
    }
    int seconds = workloadSeconds.intValue();
    return seconds == 0 ? List.of() : cases.stream().map(c -> c.lasting(seconds)).toList();
  }
}
