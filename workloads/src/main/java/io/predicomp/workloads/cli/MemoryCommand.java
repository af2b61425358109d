package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.controller.wire.EnrolledProcess;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.AvailableMemory;
import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.memory.ArenaMemory;
import io.predicomp.workloads.memory.PlainMemory;
import io.predicomp.workloads.memory.TouchMemory;
import io.predicomp.workloads.report.JsonLine;
import io.predicomp.workloads.report.RunReport;
import io.predicomp.workloads.report.Summary;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import io.predicomp.workloads.run.HeatMap;
import io.predicomp.workloads.run.MemorySamples;
import io.predicomp.workloads.run.Progress;
import io.predicomp.workloads.run.RunResult;
import io.predicomp.workloads.run.Session;
import io.predicomp.workloads.run.Workload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that runs one workload: options in, report out. */
abstract class MemoryCommand implements Callable<Integer> {
  static final long MOST_REGION_MEBIBYTES = 1_048_576;

  /** {@code --region-mb} and {@code --arena-region-mb}. */
  static final class RegionMebibytes extends RangeConverter {
    RegionMebibytes() {
      super(1, MOST_REGION_MEBIBYTES);
    }
  }

  /** {@code --steady-after-sec}. */
  static final class SteadySeconds extends RangeConverter {
    SteadySeconds() {
      super(0, 604_799);
    }
  }

  private final Interruption interruption;

  @Spec CommandSpec spec;

  @Mixin final RunOptions run = new RunOptions();
  @Mixin final CgroupOptions cgroup = new CgroupOptions();
  @Mixin final ContentOptions content = new ContentOptions();
  @Mixin final ArenaOptions arena = new ArenaOptions();
  @Mixin final ControllerOptions controller = new ControllerOptions();

  @Option(
      names = "--steady-after-sec",
      paramLabel = "N",
      converter = SteadySeconds.class,
      description =
          "Report what happens from this second on apart from the rest, in which the loops learn, "
              + "0 or more and less than the duration (default: half of the duration).")
  @Nullable Long steadySeconds;

  MemoryCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  /** The workload as the options describe it. */
  abstract Workload workload();

  /** The option that sets the region's size. */
  abstract String regionOption();

  @Override
  public final Integer call() {
    return cgroup.within(this::runWorkload);
  }

  private int runWorkload() {
    Workload workload = workload();
    check(workload);
    PageFill fill = content.parse(run.seed, arena.pageBytes());
    Optional<RunReport.OnArena> onArena =
        arena.use ? Optional.of(onArena(workload)) : Optional.empty();
    try (StatsFile statsFile = StatsFile.open(arena.statsFile);
        TraceFile trace = TraceFile.open("--trace-csv", arena.traceFile);
        TraceFile heat = TraceFile.open("--heat-csv", arena.heatFile)) {
      RunReport report = run(workload, fill, onArena, trace, heat);
      report.result().stats().ifPresent(statsFile::write);
      print(report);
      return report.result().verification().difference().isPresent() ? 1 : 0;
    }
  }

  private RunReport.OnArena onArena(Workload workload) {
    ArenaConfig config = arena.config(workload.name());
    return new RunReport.OnArena(config, arena.chooseAccess(config));
  }

  private RunReport run(
      Workload workload,
      PageFill fill,
      Optional<RunReport.OnArena> onArena,
      TraceFile trace,
      TraceFile heat) {
    Session.Settings settings =
        new Session.Settings(
            (int) run.workers,
            run.seed,
            (int) content.writePercent,
            (int) content.latencyStep,
            arena.pageBytes(),
            content.verifies(arena.use),
            steadyAfterNanos(),
            arena.autoloops);
    Deadline deadline = new Deadline(Clock.SYSTEM, run.nanos());
    interruption.watch(deadline);
    Progress progress = new Progress(System.err, Boolean.getBoolean("predicomp.terminal"));
    Optional<EnrolledProcess> enrolled =
        controller.open(workload.name(), arena, workload.regionBytes());
    Optional<TouchMemory> memory = Optional.empty();
    try {
      memory = open(workload, onArena);
      MemorySamples samples =
          new MemorySamples(
              workload.regionBytes(),
              trace.out(),
              heat.out() == null || workload.regionBytes() == 0
                  ? null
                  : new HeatMap(workload.regionBytes(), arena.pageBytes(), heat.out()));
      RunResult result =
          new Session(
                  workload,
                  settings,
                  fill,
                  memory,
                  controller.requests(enrolled),
                  deadline,
                  progress,
                  samples)
              .run();
      return new RunReport(workload, settings, fill, onArena, controller.policy.word(), result);
    } finally {
      memory.ifPresent(TouchMemory::close);
      enrolled.ifPresent(MemoryCommand::leave);
    }
  }

  private static void leave(EnrolledProcess process) {
    if (!process.trouble().isEmpty()) {
      System.err.println("predicomp: " + process.trouble());
    }
    process.close();
  }

  private Optional<TouchMemory> open(Workload workload, Optional<RunReport.OnArena> onArena) {
    long bytes = workload.regionBytes();
    if (bytes == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          onArena.isPresent()
              ? ArenaMemory.open(onArena.get().access().access(), onArena.get().config(), bytes)
              : new PlainMemory(bytes));
    } catch (OutOfMemoryError | ErrnoException e) {
      throw Refusal.ofValue(regionOption(), bytes >> 20, "cannot be had: " + e.getMessage());
    }
  }

  private void check(Workload workload) {
    run.check();
    if (steadySeconds != null && steadySeconds >= run.seconds) {
      throw Refusal.ofValue(
          "--steady-after-sec",
          steadySeconds,
          "is not less than the duration of " + run.seconds + " seconds");
    }
    List<OptionSpec> given = spec.commandLine().getParseResult().matchedOptions();
    controller.check(arena.use, arena.autoloops);
    if (!arena.use) {
      if (arena.traceFile != null) {
        throw new Refusal("Option '--trace-csv' needs --use-mem-arena.");
      }
      if (arena.heatFile != null) {
        throw new Refusal("Option '--heat-csv' needs --use-mem-arena.");
      }
      refuseArenaOptions(given);
    }
    arena.check(given);
    if (workload.regionBytes() > 0) {
      checkRegion(workload.regionBytes());
    }
    checkAvailable(arena.mostBytes(workload.regionBytes()) + bytesBesideRegion());
  }

  private long steadyAfterNanos() {
    return steadySeconds == null ? run.nanos() / 2 : TimeUnit.SECONDS.toNanos(steadySeconds);
  }

  /** Bytes that all workers together may touch outside the region. */
  long bytesBesideRegion() {
    return 0;
  }

  private static void checkAvailable(long bytes) {
    AvailableMemory available = AvailableMemory.read();
    if (bytes > available.bytes()) {
      throw new Refusal(
          "The run would touch %d MiB, more than the %d MiB that are available (%s)."
              .formatted(bytes >> 20, available.bytes() >> 20, available.limitedBy()));
    }
  }

  /** An arena option without arena would have no effect, and the user believe that it had. */
  private static void refuseArenaOptions(List<OptionSpec> given) {
    for (OptionSpec option : given) {
      String name = option.longestName();
      if (name.startsWith("--arena-") && !name.equals("--arena-page-kb")) {
        throw new Refusal("Option '" + name + "' needs --use-mem-arena.");
      }
    }
  }

  private void checkRegion(long bytes) {
    AvailableMemory available = AvailableMemory.read();
    long most = arena.mostBytes(bytes);
    if (most > available.bytes()) {
      throw Refusal.ofValue(
          most < bytes ? "--arena-resident-mb" : regionOption(),
          most >> 20,
          "is more than the %d MiB that are available (%s)"
              .formatted(available.bytes() >> 20, available.limitedBy()));
    }
    long pages = bytes / arena.pageBytes();
    if (run.workers > pages) {
      throw Refusal.ofValue(
          "--workers", run.workers, "is more than the region's " + pages + " pages");
    }
  }

  private void print(RunReport report) {
    StandardOutput.print(
        run.json ? JsonLine.of(report.json()) + System.lineSeparator() : Summary.of(report));
    Summary.complaint(report).ifPresent(System.err::println);
  }
}
