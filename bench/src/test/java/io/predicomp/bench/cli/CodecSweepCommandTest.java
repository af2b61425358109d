package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodecSweepCommandTest {
  @TempDir Path directory;

  @Test
  void measuresEveryKindOfCodecAtEverySize() throws IOException {
    Path csv = directory.resolve("sweep.csv");
    Executed run =
        Executed.run(
            "codec_sweep",
            "--dataset",
            "{zero,json}",
            "--sizes",
            "1k,4k,64k,128k",
            "--codecs",
            "same-filled,lz4-1,lz4hc-9,lz4hc-9+dict,zstd-1,zstd-3+dict",
            "--sample-kb",
            "256",
            "--runs",
            "2",
            "--warmups",
            "0",
            "--readback-factor",
            "2",
            "--csv",
            csv.toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = Executed.valid(directory.resolve("sweep.json"), "codec_sweep");
    assertEquals(json.get("rows").size() + 1, Files.readAllLines(csv).size());
    for (JsonNode row : json.get("rows")) {
      long input = row.get("input_bytes").asLong();
      long compressed = row.get("compressed_bytes").asLong();
      assertEquals(256 << 10, input);
      assertEquals((double) input / compressed, row.get("ratio").asDouble(), 1e-9);
      double cpu =
          row.get("compress_cpu_ms").asDouble() + 2 * row.get("decompress_cpu_ms").asDouble();
      boolean pays = compressed <= input * 0.95;
      assertEquals(pays ? (input - compressed) / cpu : 0, row.get("fair_score").asDouble(), 1e-3);
    }
    assertEquals(512, ratio(json, "zero", 4096, "same-filled"), "8 bytes for 4,096");
    assertEquals(1, ratio(json, "json", 4096, "same-filled"));
    assertTrue(
        ratio(json, "json", 4096, "lz4hc-9+dict") > ratio(json, "json", 4096, "lz4hc-9") * 1.1,
        "a dictionary helps small pages of text");
    assertTrue(ratio(json, "json", 4096, "zstd-1") > ratio(json, "json", 4096, "lz4-1"));
    assertTrue(json.get("pareto").size() >= 4);
    assertTrue(run.out().contains("json, blocks of 128 KiB"), run.out());
  }

  private static double ratio(JsonNode json, String dataset, int size, String codec) {
    for (JsonNode row : json.get("rows")) {
      if (row.get("dataset").asText().equals(dataset)
          && row.get("size_bytes").asInt() == size
          && row.get("codec").asText().equals(codec)) {
        return row.get("ratio").asDouble();
      }
    }
    throw new AssertionError("no row for " + dataset + ", " + size + ", " + codec);
  }

  @Test
  void refusesWhatCannotBe() {
    assertRefused("--sizes", "3k", "a power of two from 1k to 16m");
    assertRefused("--sizes", "32m", "a power of two from 1k to 16m");
    assertRefused("--codecs", "lz4-1+dict", "a dictionary is for lz4hc-LEVEL and zstd-LEVEL");
    assertRefused("--codecs", "brotli", "there is no codec 'brotli'");
    assertRefused("--dataset", "jsn", "file=PATH, heap-dump");
    assertRefused("--dataset", "file=/tmp", "cannot be read");
    assertRefused("--readback-factor", "-1", "from 0 to 1000");
    assertRefused("--csv", "/", "cannot be written");
    assertRefused("--csv", "/dev/null/x.csv", "no directory that can be written");
    assertRefused("--size", "4k", "did you mean '--sizes'?");
  }

  private static void assertRefused(String option, String value, String message) {
    Executed run = Executed.run("codec_sweep", option, value);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(option) && run.err().contains(message), run.err());
  }
}
