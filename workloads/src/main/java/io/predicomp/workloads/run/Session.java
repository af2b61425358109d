package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.os.process.ThreadCpuClock;
import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.memory.Difference;
import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.TouchMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.HdrHistogram.Histogram;

/** One run of one workload: fill, work, measure, verify. Used once, by one thread. */
public final class Session {
  /**
   * Settings that every workload has.
   *
   * @param workers at least 1, at most one per page of the region
   * @param writePercent touches that write, 0 to 100
   * @param latencyStep every how many-th touch is timed
   * @param verify whether all pages are read back and compared at the end
   * @param autoloops whether the arena compresses by itself, and the workload does not
   */
  public record Settings(
      int workers,
      long seed,
      int writePercent,
      int latencyStep,
      int pageBytes,
      boolean verify,
      boolean autoloops) {}

  private final Workload workload;
  private final Settings settings;
  private final PageFill fill;
  private final Optional<TouchMemory> memory;
  private final Deadline deadline;
  private final Progress progress;
  private final MemorySamples samples;
  private final Crew crew;
  private final Demotions demotions;
  private final RequestedDemotion requested;
  private final DemotionSchedule schedule;
  private final List<PageShare> shares;
  private final Histogram touchLatencies = Latencies.newHistogram();
  private final Histogram operationLatencies = Latencies.newHistogram();
  private long operations;

  /**
   * @param memory nothing if the workload has no region
   * @param requests to compress it, from outside
   */
  public Session(
      Workload workload,
      Settings settings,
      PageFill fill,
      Optional<TouchMemory> memory,
      DemotionRequests requests,
      Deadline deadline,
      Progress progress,
      MemorySamples samples) {
    this.samples = samples;
    this.workload = workload;
    this.settings = settings;
    this.fill = fill;
    this.memory = memory;
    this.deadline = deadline;
    this.progress = progress;
    this.crew = new Crew(settings.workers(), deadline);
    this.demotions = new Demotions(memory);
    DemotionPass own = settings.autoloops() || requests.replaceOwn() ? _ -> {} : demotions;
    this.requested = new RequestedDemotion(own, demotions, requests, deadline);
    this.schedule = workload.demotion(settings.workers(), requested, deadline);
    this.shares = memory.isPresent() ? shares() : List.of();
  }

  /** The pages dealt out to the workers, as evenly as can be. */
  private List<PageShare> shares() {
    long pages = workload.regionBytes() / settings.pageBytes();
    List<PageShare> result = new ArrayList<>();
    for (int worker = 0; worker < settings.workers(); worker++) {
      long first = pages * worker / settings.workers();
      long next = pages * (worker + 1) / settings.workers();
      result.add(new PageShare(fill, settings.pageBytes(), first, (int) (next - first)));
    }
    return result;
  }

  /** Runs until the deadline or an interruption, and returns what was measured. */
  public RunResult run() {
    if (memory.isPresent()) {
      crew.run("fill", this::fillShare, () -> progress.show("filling", deadline, memory));
    }
    SmapsRollup filled = SmapsRollup.read();
    if (!deadline.isInterrupted()) {
      schedule.filled();
    }
    deadline.start();
    long cpuStart = ThreadCpuClock.processNanos();
    schedule.start();
    Optional<ArenaStats> started = memory.flatMap(TouchMemory::stats);
    crew.run("worker", this::work, this::look);
    long elapsed = deadline.elapsedNanos();
    schedule.close();
    long cpu = ThreadCpuClock.processNanos() - cpuStart;
    look();
    SmapsRollup ended = SmapsRollup.read();
    Optional<ArenaStats> stats = memory.flatMap(TouchMemory::stats);
    Verification verification = verify();
    progress.clear();
    return new RunResult(
        operations,
        schedule.idleWindows(),
        elapsed,
        cpu,
        deadline.isInterrupted(),
        new RunResult.Resident(filled, demotions.resident().orElse(ended), ended),
        stats,
        demotions.stats().or(() -> stats),
        demotions.count(),
        demotions.nanos(),
        requested.carriedOut(),
        samples,
        started,
        touchLatencies,
        operationLatencies,
        verification);
  }

  private void look() {
    boolean secondHalf = deadline.remainingNanos() < deadline.durationNanos() / 2;
    samples.take(deadline.clock().nanoTime(), secondHalf, memory);
    progress.show("running", deadline, memory);
  }

  private void fillShare(int worker) {
    shares.get(worker).fill(memory.orElseThrow().target(), deadline::isInterrupted);
  }

  private void work(int number) {
    Optional<PageShare> share =
        shares.isEmpty() ? Optional.empty() : Optional.of(shares.get(number));
    Latencies latencies = new Latencies(settings.latencyStep());
    Optional<Toucher> toucher =
        share.map(
            s ->
                new Toucher(
                    memory.orElseThrow().target(),
                    s,
                    latencies,
                    settings.seed(),
                    number,
                    settings.writePercent()));
    Worker worker =
        new Worker(settings.workers(), settings.seed(), deadline, schedule, share, toucher);
    try {
      workload.work(worker);
    } finally {
      schedule.workerLeaves();
    }
    synchronized (this) {
      operations += worker.operations();
      touchLatencies.add(latencies.histogram());
      operationLatencies.add(worker.operationLatencies().histogram());
    }
  }

  private Verification verify() {
    if (!settings.verify() || memory.isEmpty()) {
      return Verification.OFF;
    }
    if (deadline.isInterrupted()) {
      return Verification.SKIPPED; // whoever interrupts does not want to wait
    }
    AtomicReferenceArray<Difference> differences = new AtomicReferenceArray<>(settings.workers());
    crew.run(
        "verify",
        worker ->
            shares
                .get(worker)
                .verify(memory.orElseThrow().target())
                .ifPresent(difference -> differences.set(worker, difference)),
        () -> progress.show("verifying", deadline, memory));
    for (int worker = 0; worker < settings.workers(); worker++) {
      Difference difference = differences.get(worker);
      if (difference != null) {
        return Verification.failed(difference);
      }
    }
    return Verification.passed(shares.stream().mapToLong(PageShare::filled).sum());
  }
}
