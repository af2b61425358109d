package io.predicomp.bench.process;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The columns of {@code process_mem_bench}, in the order consumers of its CSV know. */
final class Columns {
  private static final List<String> MOMENTS =
      List.of("pre", "post_comp", "post_idle", "post_partial", "post_random", "post_final");

  /** Live counters that follow the ratios, by the names of the arena's statistics. */
  private static final List<String> LIVE =
      List.of(
          "logical_input_bytes",
          "compressed_bytes_live",
          "pool_bytes_live",
          "pool_bytes_free",
          "pool_bytes_fragmented",
          "pool_largest_free_extent",
          "pool_compactions",
          "slot_bytes_live",
          "compress_ops",
          "decompress_ops",
          "evictions_lru",
          "incompressible_chunks",
          "access_hits_decompressed",
          "compression_reject_small_gain",
          "demand_decompress_stall_events",
          "demand_decompress_stall_ns_total");

  private Columns() {}

  /** {@return one row} Counters that there are none of, as in plain memory, are 0. */
  static Map<String, Object> row(RunSettings s, Map<String, Object> measured) {
    Map<String, Object> row = new LinkedHashMap<>();
    putSettings(row, s);
    row.put("pid", measured.get("pid"));
    row.put("phase_model", s.phaseModel());
    row.put("region_mb", s.regionMb());
    row.put("arena_cap_mb", s.arenaCapMb());
    row.put("min_savings_pct", s.minSavingsPct());
    row.put("hot_fraction", s.hotFraction());
    row.put("partial_reread_fraction", s.partialRereadFraction());
    row.put("random_reread_fraction", s.randomRereadFraction());
    row.put("reuse_distance_pages", s.reuseDistancePages());
    row.put("idle_ms", s.idleMs());
    row.put("latency_sample_step", s.latencySampleStep());
    for (String column : measuredBeforeRatios()) {
      row.put(column, measured.getOrDefault(column, 0));
    }
    row.put("pss_delta_comp_kb", delta(row, "pss_pre_kb", "pss_post_comp_kb"));
    row.put("pss_delta_final_kb", delta(row, "pss_pre_kb", "pss_post_final_kb"));
    Ratios ratios =
        Ratios.of(
            number(row, "total_input_bytes_attempted"),
            number(measured, "logical_input_bytes_post_comp"),
            number(row, "compressed_bytes_post_comp"),
            number(row, "pool_used_bytes_post_comp"));
    row.put(
        "admit_rate_post_comp",
        Ratios.divide(number(row, "chunks_admitted"), number(row, "total_chunks_attempted"), 0));
    row.put("ratio_e2e_post_comp", ratios.endToEnd());
    row.put("ratio_admitted_post_comp", ratios.admitted());
    row.put("ratio_codec_post_comp", ratios.codec());
    LIVE.forEach(name -> row.put(name, measured.getOrDefault(name, 0)));
    putOwn(row, s, measured);
    return row;
  }

  private static void putSettings(Map<String, Object> row, RunSettings s) {
    row.put("dataset", s.dataset());
    row.put("run", s.run());
    row.put("warmup", s.warmup());
  }

  /** What is beyond the predecessor's columns comes last. */
  private static void putOwn(Map<String, Object> row, RunSettings s, Map<String, Object> measured) {
    row.put("access", s.access());
    row.put("page_bytes", s.pageBytes());
    row.put("codec", s.codec());
    row.put("seed", s.seed());
    for (String name :
        List.of(
            "logical_input_bytes_post_comp",
            "pool_held_bytes_post_comp",
            "page_table_bytes_post_comp")) {
      row.put(name, measured.getOrDefault(name, 0));
    }
    long attempted = number(row, "total_input_bytes_attempted");
    row.put(
        "ratio_held_post_comp",
        Ratios.divide(
            attempted,
            attempted
                - number(row, "logical_input_bytes_post_comp")
                + number(row, "pool_held_bytes_post_comp")
                + number(row, "page_table_bytes_post_comp"),
            1));
  }

  private static List<String> measuredBeforeRatios() {
    List<String> names = new ArrayList<>();
    names.add("vmhwm_post_final_kb");
    for (String figure : List.of("pss", "rss", "anon", "file")) {
      MOMENTS.forEach(moment -> names.add(figure + "_" + moment + "_kb"));
    }
    names.add("pss_delta_comp_kb"); // computed later, in this place
    names.add("pss_delta_final_kb");
    for (String phase : List.of("compress", "decompress")) {
      for (String clock : List.of("wall", "thread_cpu", "process_cpu")) {
        names.add(phase + "_" + clock + "_ms");
      }
    }
    for (String kind : List.of("partial", "random", "touch", "stall")) {
      names.add(kind + "_samples");
      List.of("p50", "p95", "p99", "max").forEach(p -> names.add(kind + "_" + p + "_ns"));
    }
    names.addAll(
        List.of(
            "readback_touches_total",
            "readback_touches_sampled",
            "readback_fault_like_events",
            "stall_events_total",
            "stall_events_sampled",
            "minflt_delta",
            "majflt_delta",
            "compressed_bytes_post_comp",
            "slot_bytes_post_comp",
            "pool_used_bytes_post_comp",
            "pool_free_bytes_post_comp",
            "pool_frag_bytes_post_comp",
            "pool_largest_free_post_compress",
            "pool_compactions_post_compress",
            "total_input_bytes_attempted",
            "total_chunks_attempted",
            "chunks_admitted"));
    return names;
  }

  static long number(Map<String, Object> row, String name) {
    return row.get(name) instanceof Number n ? n.longValue() : 0;
  }

  private static long delta(Map<String, Object> row, String from, String to) {
    return number(row, from) - number(row, to);
  }
}
