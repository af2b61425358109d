package io.predicomp.bench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FairScoreTest {
  @Test
  void isBytesSavedOverCpuTime() {
    assertEquals(600 / (2 + 3 * 4.0), FairScore.of(1000, 400, 2, 4, 3));
  }

  @Test
  void isNothingBelowTheFloor() {
    assertEquals(0, FairScore.of(1000, 951, 1, 1, 1));
    assertEquals(50 / 2.0, FairScore.of(1000, 950, 1, 1, 1));
    assertEquals(0, FairScore.of(1000, 1100, 1, 1, 1));
  }

  @Test
  void frontIsWhatNothingBeatsInBoth() {
    List<Map<String, Object>> rows = new ArrayList<>();
    rows.add(row("raw", 1, 0));
    rows.add(row("fast", 2, 1));
    rows.add(row("fast, but slower", 2, 1.5));
    rows.add(row("dense", 3, 4));
    rows.add(row("dominated", 2.5, 5));
    ParetoFront.mark(rows);
    assertEquals(
        List.of("fast", "dense"),
        rows.stream()
            .filter(row -> row.get("pareto").equals(true))
            .map(row -> row.get("codec"))
            .toList());
  }

  private static Map<String, Object> row(String codec, double ratio, double time) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("codec", codec);
    row.put("ratio", ratio);
    row.put("decompress_us_per_block", time);
    return row;
  }
}
