package io.predicomp.workloads.cli;

import java.util.List;
import java.util.regex.Pattern;

/** The keys of each workload's JSON line, in order: what scripts rely on. */
final class JsonKeys {
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private JsonKeys() {}

  static List<String> of(String workload, boolean arena) {
    return SPACE
        .splitAsStream(
            "workload "
                + predecessors(workload)
                + " page_kb workers seed fill write_percent "
                + (arena ? "codec arena_access arena_access_reason " : "")
                + rate(workload)
                + " latency_sample_step "
                + latencies("touch")
                + (isPaced(workload) ? latencies("op") : "")
                + (workload.equals("mmap_churn") ? latencies("op_service") : "")
                + MEMORY
                + (arena ? ARENA : "")
                + STEADY
                + (arena ? STEADY_ARENA : "")
                + "cpu_seconds verification verified_pages interrupted")
        .toList();
  }

  private static final String MEMORY =
      """
      rss_filled_bytes rss_demoted_bytes rss_end_bytes
      pss_filled_bytes pss_demoted_bytes pss_end_bytes
      """;

  private static final String ARENA =
      """
      saved_percent work_stalled_percent prefetches prefetch_coverage
      prefetch_accuracy agent_cpu_seconds agent_cpu_seconds_per_gib_minute hotness_source predictor
      decision region_resident_demoted_bytes pool_bytes codec_ratio end_to_end_ratio demotions demotion_ms
      restores demand_restores stall_events stall_p50_ns stall_p99_ns stall_max_ns stalled_percent
      """;

  private static final String STEADY =
      """
      steady_from_ms steady_ms steady_ops steady_ops_per_sec steady_touch_mean_ns steady_touch_p50_ns
      steady_touch_p99_ns steady_cpu_seconds
      """;

  private static final String STEADY_ARENA =
      """
      steady_saved_percent steady_stalled_percent steady_demoted steady_demand_restores
      steady_prefetches steady_prefetches_wasted steady_prefetch_coverage steady_prefetch_accuracy
      steady_agent_cpu_percent steady_agent_cpu_seconds_per_gib_minute
      """;

  private static boolean isPaced(String workload) {
    return List.of("random_touch_heap", "mmap_churn").contains(workload);
  }

  private static String rate(String workload) {
    return (isPaced(workload) ? "ops_per_sec " : "") + "achieved_ops_per_sec";
  }

  private static String latencies(String of) {
    return "X_samples X_p50_ns X_p90_ns X_p99_ns X_p999_ns X_max_ns ".replace("X", of);
  }

  private static String predecessors(String workload) {
    return switch (workload) {
      case "interactive_burst" ->
          """
          touches region_mb use_mem_arena compress_policy external_compress_triggers
          arena_autoloops arena_compress_ops
          arena_decompress_ops arena_evictions_lru arena_hotness_epoch
          arena_damon_snapshots arena_damon_regions_observed arena_damon_read_errors
          arena_bg_compress_attempts arena_bg_compress_admits
          arena_prefetch_decompress_ops arena_demand_decompress_stall_events
          arena_demand_decompress_stall_ns_total arena_t_cold_epochs_current
          elapsed_ms
          """;
      case "anon_streamer" ->
          """
          passes region_mb use_mem_arena compress_policy external_compress_triggers
          arena_compress_ops arena_decompress_ops arena_evictions_lru elapsed_ms
          """;
      case "random_touch_heap" ->
          """
          ops region_mb use_mem_arena compress_policy external_compress_triggers
          arena_compress_ops arena_decompress_ops arena_evictions_lru elapsed_ms
          """;
      case "mmap_churn" ->
          """
          ops map_kb use_mem_arena arena_region_mb compress_policy
          external_compress_triggers arena_compress_ops arena_decompress_ops
          arena_evictions_lru elapsed_ms
          """;
      default -> throw new IllegalArgumentException(workload);
    };
  }
}
