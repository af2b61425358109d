package io.predicomp.arena;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@link ArenaStats} as one flat map: the names that scripts rely on, in a fixed order. */
final class StatsCounters {
  private StatsCounters() {}

  static Map<String, Number> of(ArenaStats stats) {
    Map<String, Number> map = new LinkedHashMap<>();
    putPredecessor(map, stats);
    putPages(map, stats);
    putBudget(map, stats.budget());
    putDemotions(map, stats.demotions());
    putRestores(map, stats.restores());
    putStall(map, stats.stall());
    putTiers(map, stats.tiers());
    map.put("codec_ratio", stats.codecRatio());
    map.put("end_to_end_ratio", stats.endToEndRatio());
    putLoops(map, stats.loops());
    return map;
  }

  /** Under the names that the predecessor exported. */
  private static void putPredecessor(Map<String, Number> map, ArenaStats stats) {
    ArenaStats.Pages pages = stats.pages();
    ArenaStats.Pool pool = stats.pool();
    ArenaStats.Demotions demotions = stats.demotions();
    ArenaStats.Restores restores = stats.restores();
    ArenaStats.Stall stall = stats.stall();
    ArenaStats.Tiers tiers = stats.tiers();
    long evicted = pages.compressed() + pages.sameFilled();
    map.put("logical_input_bytes", evicted * stats.pageBytes());
    map.put("total_input_bytes_attempted", demotions.compressAttempts() * stats.pageBytes());
    map.put("total_chunks_attempted", demotions.compressAttempts());
    map.put("chunks_admitted", demotions.compressed() + demotions.sameFilled());
    map.put("compressed_bytes_live", pool.payload());
    map.put("pool_bytes_live", pool.used());
    map.put("pool_bytes_free", pool.free());
    map.put("pool_bytes_fragmented", pool.fragmented());
    map.put("pool_largest_free_extent", pool.largestFreeExtent());
    map.put("pool_compactions", pool.compactions());
    map.put(
        "slot_bytes_live", pool.used() - pool.metadata() - pool.free() - tiers.dictionaryBytes());
    map.put("compress_ops", demotions.compressed() + demotions.sameFilled());
    map.put("decompress_ops", restores.total());
    map.put("evictions_lru", restores.pressure());
    map.put("incompressible_chunks", pages.incompressible());
    map.put("access_hits_decompressed", restores.demand());
    map.put("compression_reject_small_gain", demotions.smallGain());
    map.put("demand_decompress_stall_events", stall.events());
    map.put("demand_decompress_stall_ns_total", stall.totalNanos());
  }

  private static void putPages(Map<String, Number> map, ArenaStats stats) {
    ArenaStats.Pages pages = stats.pages();
    ArenaStats.Pool pool = stats.pool();
    map.put("page_bytes", stats.pageBytes());
    map.put("pages_total", pages.total());
    map.put("pages_fresh", pages.fresh());
    map.put("pages_resident", pages.resident());
    map.put("pages_compressed", pages.compressed());
    map.put("pages_same_filled", pages.sameFilled());
    map.put("pages_clean_copies", pages.cleanCopies());
    map.put("pool_limit_bytes", pool.limit());
    map.put("pool_metadata_bytes", pool.metadata());
    map.put("pool_objects", pool.objects());
    map.put("pool_discards_failed", pool.discardsFailed());
    map.put("page_table_bytes", stats.pageTableBytes());
  }

  private static void putBudget(Map<String, Number> map, ArenaStats.Budget budget) {
    map.put("resident_budget_bytes", budget.limit());
    map.put("held_bytes", budget.held());
    map.put("held_bytes_highest", budget.highest());
    map.put("budget_waits", budget.waits());
    map.put("budget_demoted_waiting", budget.demotedWaiting());
    map.put("budget_demoted_ahead", budget.demotedAhead());
    map.put("budget_overshoots", budget.overshoots());
    map.put("budget_overshoot_bytes_highest", budget.highestOvershoot());
    map.put("budget_refused", budget.refused());
  }

  private static void putDemotions(Map<String, Number> map, ArenaStats.Demotions demotions) {
    map.put("demote_attempts", demotions.attempts());
    map.put("demoted", demotions.demoted());
    map.put("demoted_compressed", demotions.compressed());
    map.put("demoted_same_filled", demotions.sameFilled());
    map.put("demoted_clean", demotions.clean());
    map.put("reject_pinned", demotions.pinned());
    map.put("reject_rescued", demotions.rescued());
    map.put("reject_pool_full", demotions.poolFull());
    map.put("reject_discard_failed", demotions.discardFailed());
    map.put("reject_no_memory", demotions.noMemory());
  }

  private static void putRestores(Map<String, Number> map, ArenaStats.Restores restores) {
    map.put("restores_demand", restores.demand());
    map.put("restores_requested", restores.requested());
    map.put("prefetch_decompress_ops", restores.prefetched());
    map.put("prefetch_used", restores.prefetchedUsed());
    map.put("prefetch_wasted", restores.prefetchedWasted());
    map.put("prefetch_coverage", restores.prefetchCoverage());
    map.put("prefetch_accuracy", restores.prefetchAccuracy());
    map.put("restores_pressure", restores.pressure());
    map.put("rescues", restores.rescues());
    map.put("clean_copies_kept", restores.copiesKept());
    map.put("clean_copies_dropped", restores.copiesDropped());
    map.put("corrupt_pages", restores.corrupt());
  }

  private static void putStall(Map<String, Number> map, ArenaStats.Stall stall) {
    map.put("stall_p50_ns", stall.p50Nanos());
    map.put("stall_p90_ns", stall.p90Nanos());
    map.put("stall_p99_ns", stall.p99Nanos());
    map.put("stall_p999_ns", stall.p999Nanos());
    map.put("stall_max_ns", stall.maxNanos());
    map.put("stalled_percent", stall.somePercent());
    map.put("stalled_full_percent", stall.fullPercent());
  }

  private static void putTiers(Map<String, Number> map, ArenaStats.Tiers tiers) {
    map.put("pages_dense", tiers.densePages());
    map.put("pages_coldest", tiers.coldestPages());
    map.put("dense_payload_bytes", tiers.denseBytes());
    map.put("coldest_payload_bytes", tiers.coldestBytes());
    map.put("dictionaries", tiers.dictionaries());
    map.put("dictionary_bytes", tiers.dictionaryBytes());
    map.put("recompressed_dense", tiers.toDense());
    map.put("recompressed_coldest", tiers.toColdest());
    map.put("recompress_saved_bytes", tiers.savedBytes());
    map.put("recompress_reject_small_gain", tiers.smallGain());
    map.put("recompress_reject_restored", tiers.restored());
    map.put("recompress_reject_pool_full", tiers.poolFull());
    map.put("recompress_reject_failed", tiers.failed());
    map.put("recompress_reject_no_memory", tiers.noMemory());
    map.put("dense_plans", tiers.plans());
    map.put("dense_plan_ns_total", tiers.planNanos());
    map.put("dictionaries_trained", tiers.dictionariesTrained());
    map.put("dictionaries_kept", tiers.dictionariesKept());
    map.put("dictionary_training_failures", tiers.trainingFailures());
  }

  private static void putLoops(Map<String, Number> map, ArenaStats.Loops loops) {
    map.putAll(loops.gauges());
    map.putAll(loops.counters());
    loops
        .predictions()
        .forEach(
            (name, figures) -> {
              map.put("predictor_" + name + "_accuracy", figures.accuracy());
              map.put("predictor_" + name + "_coverage", figures.coverage());
              map.put("predictor_" + name + "_timeliness", figures.timeliness());
            });
    loops.cpuNanos().forEach((role, nanos) -> map.put("agent_cpu_ns_" + role, nanos));
  }
}
