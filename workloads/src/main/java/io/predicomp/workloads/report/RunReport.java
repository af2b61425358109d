package io.predicomp.workloads.report;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.load.AnonStreamer;
import io.predicomp.workloads.load.InteractiveBurst;
import io.predicomp.workloads.load.MmapChurn;
import io.predicomp.workloads.memory.ArenaAccess;
import io.predicomp.workloads.run.RunResult;
import io.predicomp.workloads.run.Session;
import io.predicomp.workloads.run.SteadyState;
import io.predicomp.workloads.run.Workload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * A run and its result.
 *
 * @param onArena nothing without arena
 * @param compressPolicy who says when the region is compressed: internal, external or both
 */
public record RunReport(
    Workload workload,
    Session.Settings settings,
    PageFill fill,
    Optional<OnArena> onArena,
    String compressPolicy,
    RunResult result) {
  /** The arena's settings, and how it was reached. */
  public record OnArena(ArenaConfig config, ArenaAccess.Choice access) {}

  /** Below this share of the requested rate the report says so. */
  private static final double REACHED = 0.99;

  private static final int MIB_SHIFT = 20;

  /** {@return every figure by name: first those of the predecessor, under its names, then ours} */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("workload", workload.name());
    putPredecessor(json);
    putSettings(json);
    putRate(json);
    putLatencies(json, "touch", result.touchLatencies());
    if (workload.requestedRate() > 0) {
      putLatencies(json, "op", result.operationLatencies());
    }
    if (workload instanceof MmapChurn) {
      putLatencies(json, "op_service", result.serviceLatencies());
    }
    putMemory(json);
    putArena(json);
    result.steady().ifPresent(steady -> putSteady(json, steady));
    json.put("cpu_seconds", result.cpuNanos() / 1e9);
    json.put("verification", result.verification().status());
    json.put("verified_pages", result.verification().pages());
    result.verification().difference().ifPresent(d -> json.put("difference", d.toString()));
    json.put("interrupted", result.interrupted());
    note().ifPresent(note -> json.put("note", note));
    return json;
  }

  private void putPredecessor(Map<String, Object> json) {
    long regionMebibytes = workload.regionBytes() >> MIB_SHIFT;
    boolean arena = result.stats().isPresent();
    switch (workload) {
      case InteractiveBurst w -> json.put("touches", result.operations());
      case AnonStreamer w -> json.put("passes", result.idleWindows());
      default -> json.put("ops", result.operations());
    }
    if (workload instanceof MmapChurn churn) {
      json.put("map_kb", churn.mapBytes() >> 10);
      json.put("use_mem_arena", arena ? 1 : 0);
      json.put("arena_region_mb", regionMebibytes);
    } else {
      json.put("region_mb", regionMebibytes);
      json.put("use_mem_arena", arena ? 1 : 0);
    }
    json.put("compress_policy", compressPolicy);
    json.put("external_compress_triggers", result.requestedDemotions());
    if (workload instanceof InteractiveBurst) {
      putLoops(json);
    } else {
      putCounters(json, "compress_ops", "decompress_ops", "evictions_lru");
    }
    json.put("elapsed_ms", result.elapsedNanos() / 1e6);
  }

  private void putLoops(Map<String, Object> json) {
    json.put("arena_autoloops", settings.autoloops() ? 1 : 0);
    putCounters(
        json,
        "compress_ops",
        "decompress_ops",
        "evictions_lru",
        "hotness_epoch",
        "damon_snapshots",
        "damon_regions_observed",
        "damon_read_errors",
        "bg_compress_attempts",
        "bg_compress_admits",
        "prefetch_decompress_ops",
        "demand_decompress_stall_events",
        "demand_decompress_stall_ns_total",
        "t_cold_epochs_current");
  }

  /** Counters that this arena does not keep, or of a run without arena, are 0. */
  private void putCounters(Map<String, Object> json, String... names) {
    Map<String, Number> counters = result.stats().map(ArenaStats::counters).orElse(Map.of());
    for (String name : names) {
      String key =
          switch (name) {
            case "t_cold_epochs_current" -> "adaptive_" + name;
            case "damon_snapshots", "damon_regions_observed" -> name + "_total";
            default -> name;
          };
      json.put("arena_" + name, counters.getOrDefault(key, 0));
    }
  }

  private void putSettings(Map<String, Object> json) {
    json.put("page_kb", settings.pageBytes() >> 10);
    json.put("workers", settings.workers());
    json.put("seed", settings.seed());
    json.put("fill", fill.name());
    json.put("write_percent", settings.writePercent());
    onArena.ifPresent(
        arena -> {
          json.put("codec", arena.config().codec().name());
          json.put("arena_access", arena.access().access().toString());
          json.put("arena_access_reason", arena.access().reason());
          result
              .stats()
              .map(ArenaStats::budget)
              .filter(budget -> budget.limit() > 0)
              .ifPresent(budget -> putBudget(json, budget));
        });
  }

  private static void putBudget(Map<String, Object> json, ArenaStats.Budget budget) {
    json.put("resident_budget_bytes", budget.limit());
    json.put("held_bytes", budget.held());
    json.put("held_bytes_highest", budget.highest());
    json.put("budget_demoted_waiting", budget.demotedWaiting());
    json.put("budget_demoted_ahead", budget.demotedAhead());
    json.put("budget_overshoots", budget.overshoots());
    json.put("budget_overshoot_bytes_highest", budget.highestOvershoot());
  }

  private void putRate(Map<String, Object> json) {
    if (workload.requestedRate() > 0) {
      json.put("ops_per_sec", workload.requestedRate());
    }
    json.put("achieved_ops_per_sec", result.rate());
  }

  private void putLatencies(Map<String, Object> json, String prefix, Histogram nanos) {
    if (prefix.equals("touch")) {
      json.put("latency_sample_step", settings.latencyStep());
    }
    json.put(prefix + "_samples", nanos.getTotalCount());
    json.put(prefix + "_p50_ns", nanos.getValueAtPercentile(50));
    json.put(prefix + "_p90_ns", nanos.getValueAtPercentile(90));
    json.put(prefix + "_p99_ns", nanos.getValueAtPercentile(99));
    json.put(prefix + "_p999_ns", nanos.getValueAtPercentile(99.9));
    json.put(prefix + "_max_ns", nanos.getMaxValue());
  }

  private void putMemory(Map<String, Object> json) {
    RunResult.Resident resident = result.resident();
    json.put("rss_filled_bytes", resident.filled().rssBytes());
    json.put("rss_demoted_bytes", resident.demoted().rssBytes());
    json.put("rss_end_bytes", resident.ended().rssBytes());
    json.put("pss_filled_bytes", resident.filled().pssBytes());
    json.put("pss_demoted_bytes", resident.demoted().pssBytes());
    json.put("pss_end_bytes", resident.ended().pssBytes());
  }

  private void putArena(Map<String, Object> json) {
    if (result.stats().isEmpty()) {
      return;
    }
    ArenaStats end = result.stats().get();
    ArenaStats demoted = result.demotedStats().orElse(end);
    json.put("saved_percent", result.samples().savedPercent());
    json.put("work_stalled_percent", result.stalledPercent());
    json.put("prefetches", end.restores().prefetched());
    json.put("prefetch_coverage", end.restores().prefetchCoverage());
    json.put("prefetch_accuracy", end.restores().prefetchAccuracy());
    json.put("agent_cpu_seconds", end.loops().totalCpuNanos() / 1e9);
    json.put("agent_cpu_seconds_per_gib_minute", cpuPerGibibyteMinute(end));
    json.put("hotness_source", end.loops().hotnessSource());
    if (!end.loops().hotnessNote().isEmpty()) {
      json.put("hotness_note", end.loops().hotnessNote());
    }
    json.put("predictor", end.loops().predictor());
    json.put("decision", end.loops().verdict());
    if (!end.loops().failure().isEmpty()) {
      json.put("agent_failure", end.loops().failure());
    }
    json.put("region_resident_demoted_bytes", demoted.residentBytes());
    json.put("pool_bytes", demoted.poolBytes());
    json.put("codec_ratio", demoted.codecRatio());
    json.put("end_to_end_ratio", demoted.endToEndRatio());
    json.put("demotions", result.demotions());
    json.put("demotion_ms", result.demotionNanos() / 1e6);
    json.put("restores", end.restores().total());
    json.put("demand_restores", end.demandRestores());
    json.put("stall_events", end.stall().events());
    json.put("stall_p50_ns", end.stall().p50Nanos());
    json.put("stall_p99_ns", end.stall().p99Nanos());
    json.put("stall_max_ns", end.stall().maxNanos());
    json.put("stalled_percent", end.stall().somePercent());
  }

  private static void putSteady(Map<String, Object> json, SteadyState steady) {
    json.put("steady_from_ms", steady.fromNanos() / 1e6);
    json.put("steady_ms", steady.nanos() / 1e6);
    json.put("steady_ops", steady.operations());
    json.put("steady_ops_per_sec", steady.rate());
    json.put("steady_touch_mean_ns", steady.touchLatencies().getMean());
    json.put("steady_touch_p50_ns", steady.touchLatencies().getValueAtPercentile(50));
    json.put("steady_touch_p99_ns", steady.touchLatencies().getValueAtPercentile(99));
    json.put("steady_cpu_seconds", steady.cpuNanos() / 1e9);
    if (steady.stats().isEmpty()) {
      return;
    }
    ArenaStats stats = steady.stats().get();
    json.put("steady_saved_percent", steady.savedPercent());
    json.put("steady_stalled_percent", steady.stalledPercent());
    json.put("steady_demoted", stats.demotions().demoted());
    json.put("steady_demand_restores", stats.restores().demand());
    json.put("steady_prefetches", stats.restores().prefetched());
    json.put("steady_prefetches_wasted", stats.restores().prefetchedWasted());
    json.put("steady_prefetch_coverage", stats.restores().prefetchCoverage());
    json.put("steady_prefetch_accuracy", stats.restores().prefetchAccuracy());
    json.put("steady_agent_cpu_percent", steady.loopPercent());
    json.put("steady_agent_cpu_seconds_per_gib_minute", steady.cpuSecondsPerGibibyteMinute());
  }

  /** {@return CPU seconds of the loops for each GiB saved for a minute; 0 if nothing was saved} */
  double cpuPerGibibyteMinute(ArenaStats end) {
    double saved = result.samples().savedGibibyteMinutes();
    return saved <= 0 ? 0 : end.loops().totalCpuNanos() / 1e9 / saved;
  }

  /** {@return what the reader should know that no figure says} */
  public Optional<String> note() {
    long requested = workload.requestedRate();
    if (requested == 0 || result.rate() >= REACHED * requested || result.interrupted()) {
      return Optional.empty();
    }
    return Optional.of(
        "reached %.0f of %d operations a second".formatted(result.rate(), requested));
  }
}
