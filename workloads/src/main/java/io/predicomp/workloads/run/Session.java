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
import java.util.concurrent.CopyOnWriteArrayList;
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
   * @param steadyAfterNanos when the steady state begins, since the start of the work
   * @param autoloops whether the arena compresses by itself, and the workload does not
   */
  public record Settings(
      int workers,
      long seed,
      int writePercent,
      int latencyStep,
      int pageBytes,
      boolean verify,
      long steadyAfterNanos,
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
  private final Histogram serviceLatencies = Latencies.newHistogram();
  private final SteadyWatch steady;
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private final Histogram steadyLatencies = Latencies.newHistogram();

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
    this.steady = new SteadyWatch(settings.steadyAfterNanos());
    this.crew = new Crew(settings.workers(), deadline);
    this.demotions = new Demotions(memory);
    DemotionPass own = settings.autoloops() || requests.replaceOwn() ? _ -> {} : demotions;
    this.requested = new RequestedDemotion(own, demotions, requests, deadline);
    this.schedule = workload.demotion(settings.workers(), requested, deadline);
    this.shares = memory.isPresent() ? shares() : List.of();
    samples.watch(shares);
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
      crew.run("fill", this::fillShare, () -> progress.show("filling", deadline, stats(), samples));
    }
    SmapsRollup filled = SmapsRollup.read();
    if (!deadline.isInterrupted()) {
      schedule.filled();
    }
    deadline.start();
    long cpuStart = ThreadCpuClock.processNanos();
    schedule.start();
    Optional<ArenaStats> started = stats();
    crew.run("worker", this::work, this::look);
    long elapsed = deadline.elapsedNanos();
    schedule.close();
    long cpu = ThreadCpuClock.processNanos() - cpuStart;
    Optional<ArenaStats> stats = stats();
    samples.take(deadline.clock().nanoTime(), operations(), steady.hasBegun(), memory, stats);
    beginSteady(elapsed, stats); // if nobody looked in time
    Optional<SteadyState> steadyState =
        steady.end(elapsed, operations(), stats, samples, steadyLatencies);
    SmapsRollup ended = SmapsRollup.read();
    Verification verification = verify();
    progress.clear();
    return new RunResult(
        operations(),
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
        steadyState,
        touchLatencies,
        operationLatencies,
        serviceLatencies,
        verification);
  }

  private void look() {
    Optional<ArenaStats> stats = stats();
    samples.take(deadline.clock().nanoTime(), operations(), steady.hasBegun(), memory, stats);
    beginSteady(deadline.elapsedNanos(), stats);
    progress.show("running", deadline, stats, samples);
  }

  private void beginSteady(long elapsed, Optional<ArenaStats> stats) {
    if (steady.isDue(elapsed)) {
      steady.begin(elapsed, operations(), stats);
    }
  }

  private Optional<ArenaStats> stats() {
    return memory.flatMap(TouchMemory::stats);
  }

  private long operations() {
    return workers.stream().mapToLong(Worker::operations).sum();
  }

  private void fillShare(int worker) {
    shares.get(worker).fill(memory.orElseThrow().target(), deadline::isInterrupted);
  }

  private void work(int number) {
    Optional<PageShare> share =
        shares.isEmpty() ? Optional.empty() : Optional.of(shares.get(number));
    Latencies latencies = new Latencies(settings.latencyStep(), steady::stage);
    Optional<Toucher> toucher =
        share.map(
            s ->
                new Toucher(
                    memory.orElseThrow().target(),
                    s,
                    latencies,
                    deadline.clock(),
                    settings.seed(),
                    number,
                    settings.writePercent()));
    Worker worker =
        new Worker(
            settings.workers(),
            settings.seed(),
            deadline,
            schedule,
            share,
            toucher,
            // One voice for the region is enough.
            number == 0 ? phase -> memory.ifPresent(m -> m.hint(phase)) : _ -> {});
    workers.add(worker);
    try {
      workload.work(worker);
    } finally {
      schedule.workerLeaves();
    }
    synchronized (this) {
      touchLatencies.add(latencies.histogram());
      steadyLatencies.add(latencies.steadyHistogram());
      operationLatencies.add(worker.operationLatencies().histogram());
      serviceLatencies.add(worker.serviceLatencies().histogram());
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
        () -> progress.show("verifying", deadline, stats(), samples));
    for (int worker = 0; worker < settings.workers(); worker++) {
      Difference difference = differences.get(worker);
      if (difference != null) {
        return Verification.failed(difference);
      }
    }
    return Verification.passed(shares.stream().mapToLong(PageShare::filled).sum());
  }
}
