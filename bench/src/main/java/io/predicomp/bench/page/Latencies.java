package io.predicomp.bench.page;

import io.predicomp.bench.compare.Interleaved;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Latencies taken in blocks: percentiles over all of them, and the median over blocks of each
 * block's percentile, which a disturbance of single blocks does not move.
 */
final class Latencies {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  private final Histogram all = new Histogram(3);
  private final List<double[]> blocks = new ArrayList<>();

  void add(long[] nanos) {
    Histogram block = new Histogram(3);
    for (long each : nanos) {
      block.recordValue(each);
    }
    all.add(block);
    double[] values = new double[PERCENTILES.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = block.getValueAtPercentile(PERCENTILES[i]);
    }
    blocks.add(values);
  }

  private double[] ofBlocks(int percentile) {
    return blocks.stream().mapToDouble(block -> block[percentile]).toArray();
  }

  /** A line of microseconds, and how they compare with what ran in turn with them. */
  void print(String name, Latencies baseline) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s", name));
    for (int i = 0; i < PERCENTILES.length; i++) {
      double[] values = ofBlocks(i);
      double[] others = baseline.ofBlocks(i);
      line.append(
          String.format(
              Locale.ROOT,
              "  p%s %.2f (blocks %.2f, ratio %.2f)",
              PERCENTILES[i] == 99.9 ? "99.9" : (int) PERCENTILES[i],
              all.getValueAtPercentile(PERCENTILES[i]) / 1000.0,
              Interleaved.median(values) / 1000,
              Interleaved.median(Interleaved.ratios(values, others))));
    }
    System.out.println(line.append(" µs"));
  }
}
