package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.Phase;
import io.predicomp.arena.hotness.HotnessSource;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.CheckedMemory;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.ProbedRegion;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PredictorScore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * The agents of one arena: stepped by a test through {@link #agents()}, or each on a thread of its
 * own after {@link #start(String)}.
 */
public final class BackgroundLoops implements AutoCloseable {
  private final LoopConfig config;
  private final AgentClock clock;
  private final AgedMemory memory;
  private final ProbationAgent probation;
  private final LoopState state = new LoopState();
  private final SharedQuota quota;
  private final List<Agent> agents = new ArrayList<>();
  private final List<EvidenceAgent> evidence = new ArrayList<>();
  private final List<AgentThread> threads = new ArrayList<>();

  /** Loops over the regions of checked mode that go by touches alone. */
  public BackgroundLoops(
      PageMover mover, LoopConfig config, DenseTierPolicy dense, AgentClock clock) {
    this(new CheckedMemory(mover), mover, config, dense, clock, List.of());
  }

  /**
   * Loops over any memory.
   *
   * @param mover of the regions in checked mode, whose dense tier holds all of the memory
   * @param sources of evidence beside touches, closed with the loops
   */
  public BackgroundLoops(
      AgedMemory memory,
      PageMover mover,
      LoopConfig config,
      DenseTierPolicy dense,
      AgentClock clock,
      List<? extends HotnessSource> sources) {
    this.config = config;
    this.clock = clock;
    this.memory = memory;
    this.quota = new SharedQuota(config.cpuPercent(), clock.nanoTime());
    this.probation = new ProbationAgent(memory, config, state, quota, clock);
    AgeCensus census = new AgeCensus(state.activities);
    agents.add(new HotnessAgent(memory, config, state, quota, census, clock));
    if (config.compresses()) {
      agents.add(new CompressionAgent(memory, state, quota, clock));
      agents.add(probation);
    }
    if (config.compresses() && dense.enabled()) {
      agents.add(new RecompressionAgent(mover.denseTier(), dense, state, quota, clock));
    }
    if (config.predictor() != LoopConfig.Predictor.OFF) {
      agents.add(new PrefetchAgent(memory, config, state, quota, census, clock));
    }
    for (HotnessSource source : sources) {
      evidence.add(new EvidenceAgent(source, memory, mover, quota, clock, config.epochNanos()));
    }
    agents.addAll(evidence);
  }

  /** The agents, to be stepped by one thread while they have none of their own. */
  public List<Agent> agents() {
    return List.copyOf(agents);
  }

  /** Gives each agent a thread. */
  public void start(String name) {
    for (Agent agent : agents) {
      AgentThread thread = new AgentThread(name, agent, AgentThread::report);
      threads.add(thread);
      if (agent instanceof PrefetchAgent && config.compresses()) {
        state.prefetchBell.connect(thread::wake); // the compression agent looks for needs
      }
    }
    threads.forEach(AgentThread::start);
  }

  /** Whether pages are demoted, and why or why not, with figures. */
  public String verdict() {
    if (!config.compresses()) {
      return "background compression is switched off";
    }
    return state.demotesForBudget
        ? "pages are demoted for the resident budget; beside that, " + state.verdict
        : state.verdict;
  }

  /** Why a source gives no evidence, in a sentence each; empty if all do. */
  public String hotnessNote() {
    return evidence.stream()
        .map(EvidenceAgent::failure)
        .filter(sentence -> !sentence.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** Passes on what an application is about to do with a region. Any thread. */
  public void hint(AgedRegion region, Phase phase) {
    if (config.predictor() == LoopConfig.Predictor.OFF) {
      state.activities.of(region).idle = phase == Phase.IDLE;
    } else {
      state.hints.add(new PhaseNote(region, phase, clock.nanoTime()));
      state.prefetchBell.ring();
    }
  }

  /** How good each predictor has been of late, by name, whether it is in use or not. */
  public Map<String, PredictorScore.Figures> predictions() {
    return state.predictions;
  }

  /** Heap bytes of what the agents remember of pages. */
  public long metadataBytes() {
    return state.activities.metadataBytes() + state.predictorBytes;
  }

  /**
   * Where evidence of use comes from now, of the regions there are: {@code touches}, {@code
   * damon+touches}, {@code touches+probation}.
   */
  public String hotnessSource() {
    boolean touches = false;
    boolean probes = false;
    for (AgedRegion region : memory.regions()) {
      probes |= region instanceof ProbedRegion;
      touches |= !(region instanceof ProbedRegion);
    }
    StringJoiner text = new StringJoiner("+");
    for (EvidenceAgent each : evidence) {
      if (!each.observing().isEmpty()) {
        text.add(each.observing());
      }
    }
    if (touches || !probes) {
      text.add("touches");
    }
    if (probes) {
      text.add(probation.evidence());
    }
    return text.toString();
  }

  /** The predictors in use. */
  public String predictor() {
    return state.predictor;
  }

  /** Agents that stopped by themselves, and why; empty if all is well. */
  public String failure() {
    StringBuilder text = new StringBuilder();
    for (AgentThread thread : threads) {
      if (thread.failure() != null) {
        text.append(text.isEmpty() ? "" : "; ")
            .append(thread.agent().role())
            .append(": ")
            .append(thread.failure());
      }
    }
    return text.toString();
  }

  /** CPU time of each agent's thread, in nanoseconds, by role. */
  public Map<String, Long> cpuNanos() {
    Map<String, Long> map = new LinkedHashMap<>();
    threads.forEach(thread -> map.put(thread.agent().role(), thread.cpuNanos()));
    return map;
  }

  /** Sums since the loops began, by the names under which statistics show them. */
  public Map<String, Number> counters() {
    Map<String, Number> map = new LinkedHashMap<>();
    map.put("hotness_epoch", state.scans.get());
    map.put("bg_compress_attempts", state.attempts.sum());
    map.put("bg_compress_admits", state.demoted.sum());
    map.put("bg_compress_skipped_quota", state.skippedQuota.sum());
    map.put("bg_compress_skipped_prediction", state.skippedHeld.sum());
    map.put("recompress_skipped_quota", state.recompressSkippedQuota.sum());
    map.put("prefetch_queue_enqueues", state.enqueued.sum());
    map.put("prefetch_queue_dedup_skips", state.dedupSkips.sum());
    map.put("prefetch_no_room", state.noRoom.sum());
    map.put("prefetch_late", state.latePrefetches);
    map.put("prefetch_yields", state.yields.sum());
    map.put("prefetch_active_hints", state.activeHints.sum());
    map.put("needs_lost", memory.lostNeeds());
    map.putAll(probation.counters());
    evidence.forEach(each -> map.putAll(each.counters()));
    return map;
  }

  /** Figures of this moment, by the names under which statistics show them. */
  public Map<String, Number> gauges() {
    Map<String, Number> map = new LinkedHashMap<>();
    map.put("chunks_hot", state.hotPages);
    map.put("chunks_warm", state.warmPages);
    map.put("chunks_cold", state.coldPages);
    map.put("adaptive_t_cold_epochs_current", state.coldAge);
    map.put("cold_after_ms", state.coldAge * config.epochNanos() / 1e6);
    map.put("cold_share_demoted", state.coldShare);
    map.put("demotion_allowance", state.allowance);
    map.put("stall_percent_of_late", state.stallPercent);
    map.put("period_ms", state.periodNanos / 1e6);
    return map;
  }

  /** Stops the threads and waits for them; closing twice does nothing. */
  @Override
  public void close() {
    threads.forEach(AgentThread::close);
    evidence.forEach(EvidenceAgent::onStop); // of agents that a test stepped
  }
}
