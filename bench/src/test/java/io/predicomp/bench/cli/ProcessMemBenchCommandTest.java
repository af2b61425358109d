package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessMemBenchCommandTest {
  private static final int REGION_KB = 8 << 10;

  @TempDir Path directory;

  /** The order that consumers of the CSV rely on. */
  private static List<String> columnsInOrder() {
    List<String> names =
        new ArrayList<>(
            List.of(
                "dataset,run,warmup,pid,phase_model,region_mb,arena_cap_mb,min_savings_pct,hot_fraction,partial_reread_fraction,random_reread_fraction,reuse_distance_pages,idle_ms,latency_sample_step,vmhwm_post_final_kb"
                    .split(",")));
    for (String figure : List.of("pss", "rss", "anon", "file")) {
      for (String moment :
          List.of("pre", "post_comp", "post_idle", "post_partial", "post_random", "post_final")) {
        names.add(figure + "_" + moment + "_kb");
      }
    }
    names.addAll(
        List.of(
            "pss_delta_comp_kb,pss_delta_final_kb,compress_wall_ms,compress_thread_cpu_ms,compress_process_cpu_ms,decompress_wall_ms,decompress_thread_cpu_ms,decompress_process_cpu_ms"
                .split(",")));
    for (String kind : List.of("partial", "random", "touch", "stall")) {
      for (String figure : List.of("samples", "p50_ns", "p95_ns", "p99_ns", "max_ns")) {
        names.add(kind + "_" + figure);
      }
    }
    names.addAll(
        List.of(
            "readback_touches_total,readback_touches_sampled,readback_fault_like_events,stall_events_total,stall_events_sampled,minflt_delta,majflt_delta,compressed_bytes_post_comp,slot_bytes_post_comp,pool_used_bytes_post_comp,pool_free_bytes_post_comp,pool_frag_bytes_post_comp,pool_largest_free_post_compress,pool_compactions_post_compress,total_input_bytes_attempted,total_chunks_attempted,chunks_admitted,admit_rate_post_comp,ratio_e2e_post_comp,ratio_admitted_post_comp,ratio_codec_post_comp"
                .split(",")));
    return names;
  }

  @Test
  void measuresEachDatasetAndKindOfMemoryInProcessesOfTheirOwn() throws IOException {
    Path csv = directory.resolve("out.csv");
    Executed run =
        Executed.run(
            "process_mem_bench",
            "--dataset",
            "{repetitive,mixed_50_50}",
            "--region-mb",
            "8",
            "--arena-cap-mb",
            "8",
            "--runs",
            "1",
            "--warmups",
            "0",
            "--idle-ms",
            "1",
            "--latency-sample-step",
            "1",
            "--baseline",
            "--csv",
            csv.toString());
    assertEquals(0, run.exitCode(), run.err());
    List<String> lines = Files.readAllLines(csv);
    List<String> header = List.of(lines.getFirst().split(","));
    List<String> expected = columnsInOrder();
    assertEquals(expected, header.subList(0, expected.size()));
    assertEquals(5, lines.size(), "a header, two datasets, two kinds of memory");

    JsonNode json = Executed.valid(directory.resolve("out.json"), "process_mem_bench");
    for (JsonNode row : json.get("rows")) {
      if (row.get("access").asText().equals("plain")) {
        assertEquals(0, row.get("stall_events_total").asLong());
        assertEquals(0, row.get("compress_ops").asLong());
      } else {
        checkArena(row);
      }
    }
    assertEquals(
        4,
        json.get("rows").findValues("pid").stream().map(JsonNode::asLong).distinct().count(),
        "a process each");
    assertTrue(run.out().contains("mixed_50_50"), run.out());
    for (JsonNode line : json.get("summary")) {
      checkDifference(line, json.get("rows"));
    }
    assertTrue(run.out().contains("of the process on plain memory"), run.out());
  }

  /** The summary's difference to plain memory, computed again from the rows. */
  private static void checkDifference(JsonNode line, JsonNode rows) {
    String dataset = line.get("dataset").asText();
    String access = line.get("access").asText();
    for (String moment : List.of("post_comp", "post_final")) {
      String key = "pss_saved_against_plain_" + moment;
      if (access.equals("plain")) {
        assertFalse(line.has(key + "_kb"));
        continue;
      }
      long plain = kibibytes(rows, dataset, "plain", moment);
      long saved = plain - kibibytes(rows, dataset, access, moment);
      assertEquals((double) saved, line.get(key + "_kb").get("median").asDouble());
      assertEquals(1, line.get(key + "_kb").get("count").asInt());
      assertEquals(
          100.0 * saved / plain, line.get(key + "_percent").get("median").asDouble(), 1e-9);
    }
  }

  private static long kibibytes(JsonNode rows, String dataset, String access, String moment) {
    for (JsonNode row : rows) {
      if (row.get("dataset").asText().equals(dataset)
          && row.get("access").asText().equals(access)) {
        return row.get("pss_" + moment + "_kb").asLong();
      }
    }
    throw new AssertionError("no row of " + dataset + " on " + access + " memory");
  }

  private static void checkArena(JsonNode row) {
    boolean all = row.get("dataset").asText().equals("repetitive");
    long attempted = row.get("total_input_bytes_attempted").asLong();
    long logical = row.get("logical_input_bytes_post_comp").asLong();
    long used = row.get("pool_used_bytes_post_comp").asLong();
    long compressed = row.get("compressed_bytes_post_comp").asLong();
    assertEquals((long) REGION_KB << 10, attempted);
    assertEquals(all ? attempted : attempted / 2, logical);
    assertEquals(
        (double) attempted / (attempted - logical + used),
        row.get("ratio_e2e_post_comp").asDouble(),
        1e-9);
    assertEquals((double) logical / used, row.get("ratio_admitted_post_comp").asDouble(), 1e-9);
    assertEquals((double) logical / compressed, row.get("ratio_codec_post_comp").asDouble(), 1e-9);
    assertEquals(all ? 1 : 0.5, row.get("admit_rate_post_comp").asDouble(), 1e-9);

    // What left memory is missing from the process, but for what the pool and the JVM took.
    long saved = row.get("pss_delta_comp_kb").asLong();
    assertEquals(row.get("pss_pre_kb").asLong() - row.get("pss_post_comp_kb").asLong(), saved);
    assertTrue(saved > REGION_KB * (all ? 0.5 : 0.2), () -> "saved only " + saved + " KiB");

    // A quarter in order, a quarter at random of which half are repetitions.
    long pages = attempted / 4096;
    assertEquals(pages / 2, row.get("readback_touches_total").asLong());
    assertEquals(pages / 2, row.get("readback_touches_sampled").asLong());
    assertEquals(
        row.get("demand_decompress_stall_events").asLong(),
        row.get("stall_events_total").asLong(),
        "what we saw to be absent is what the arena says accesses waited for");
    assertTrue(row.get("stall_events_total").asLong() >= pages / (all ? 4 : 8));
  }

  @Test
  void refusesWhatCannotBe() {
    assertRefused("--dataset", "nothing_like_it", "'nothing_like_it' is not one of");
    assertRefused("--region-mb", "0", "'0' is not a whole number from 1 to");
    assertRefused("--region-mb", "1048576", "MiB are available");
    assertRefused("--phase-model", "other", "single-bulk, hot-idle-full-reread");
    assertRefused("--hot-fraction", "1.5", "'1.5' is not a number from 0 to 1");
    assertRefused("--access", "magic", "checked, transparent");
    assertRefused("--codec", "lz5", "there is no codec 'lz5'");
    assertRefused("--page-bytes", "5000", "4096, 16384, 65536");
  }

  private static void assertRefused(String option, String value, String message) {
    Executed run = Executed.run("process_mem_bench", option, value);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(option) && run.err().contains(message), run.err());
    assertEquals("", run.out());
  }
}
