package io.predicomp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextReportTest {
  @Test
  void sparklineReachesFromNothingToTheHighest() {
    assertEquals("▁▅█", TextReport.sparkline(new double[] {0, 50, 100}, 60));
    assertEquals("▁▁", TextReport.sparkline(new double[] {0, 0}, 60));
    assertEquals("", TextReport.sparkline(new double[0], 60));
  }

  @Test
  void valuesThatShareABarShowTheirHighest() {
    assertEquals("█▅", TextReport.sparkline(new double[] {0, 8, 4, 0}, 2));
  }

  @Test
  void fieldsInQuotesMayHoldCommasAndQuotes() {
    assertEquals(List.of("a", "b,c", "say \"d\"", ""), Csv.fields("a,\"b,c\",\"say \"\"d\"\"\","));
  }
}
