package io.predicomp.bench.rival;

import io.predicomp.bench.result.Spread;
import io.predicomp.os.process.ThreadCpuClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** What was measured of one rival. */
final class Measured {
  private final Rival rival;
  private final Pages pages;
  private final Histogram reads = new Histogram(3);
  private final List<Double> demoteWall = new ArrayList<>();
  private final List<Double> demoteCpu = new ArrayList<>();
  private final List<Double> besideWall = new ArrayList<>();
  private final List<Double> besideCpu = new ArrayList<>();
  private final List<Double> readCpu = new ArrayList<>();
  private long demoted;
  private long heldBytes;
  private Map<String, Object> details = Map.of();

  Measured(Rival rival, Pages pages) {
    this.rival = rival;
    this.pages = pages;
  }

  Rival rival() {
    return rival;
  }

  /** Puts everything away while another thread works, and once more while none does. */
  void demote(boolean counts) throws IOException {
    rival.rewrite();
    try (Neighbour _ = new Neighbour()) {
      demote(counts, besideWall, besideCpu);
    }
    rival.rewrite();
    demote(counts, demoteWall, demoteCpu);
  }

  private void demote(boolean counts, List<Double> walls, List<Double> cpus) throws IOException {
    long wall = System.nanoTime();
    long cpu = ThreadCpuClock.currentThreadNanos();
    long count = rival.demote();
    cpu = rival.demoteCpuNanos(ThreadCpuClock.currentThreadNanos() - cpu);
    wall = rival.demoteWallNanos(System.nanoTime() - wall);
    if (!counts) {
      return;
    }
    demoted = count;
    heldBytes = rival.heldBytes();
    details = rival.details();
    if (count > 0) {
      walls.add(wall / 1e3 / count);
      cpus.add(cpu / 1e3 / count);
    }
  }

  /** Reads a block of pages. */
  void read(int[] order, int from, long[] nanos, boolean counts) throws IOException {
    long cpu = ThreadCpuClock.currentThreadNanos();
    long sum = rival.read(order, from, nanos);
    cpu = rival.readCpuNanos(ThreadCpuClock.currentThreadNanos() - cpu);
    if (sum != pages.sum(order, from, nanos.length)) {
      throw new IllegalStateException(rival.name() + " gives back other contents");
    }
    if (counts) {
      for (long each : nanos) {
        reads.recordValue(each);
      }
      readCpu.add(cpu / 1e3 / nanos.length);
    }
  }

  Map<String, Object> row(String dataset) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("dataset", dataset);
    row.put("contender", rival.name());
    row.put("pages", pages.count());
    row.put("demoted_pages", demoted);
    row.put("held_bytes", heldBytes);
    row.put("held_share", (double) heldBytes / pages.byteSize());
    row.put("demote_us_per_page", median(demoteWall));
    row.put("demote_cpu_us_per_page", median(demoteCpu));
    row.put("demote_beside_us_per_page", median(besideWall));
    row.put("demote_beside_cpu_us_per_page", median(besideCpu));
    row.put("reads", reads.getTotalCount());
    row.put("read_p50_ns", reads.getValueAtPercentile(50));
    row.put("read_p90_ns", reads.getValueAtPercentile(90));
    row.put("read_p99_ns", reads.getValueAtPercentile(99));
    row.put("read_p999_ns", reads.getValueAtPercentile(99.9));
    row.put("read_max_ns", reads.getMaxValue());
    row.put("read_cpu_us_per_page", median(readCpu));
    row.put("note", rival.note());
    return row;
  }

  private static double median(List<Double> values) {
    return values.isEmpty()
        ? 0
        : Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }

  /** The distribution of reads: nanoseconds and the percentile reached there. */
  Map<String, Object> curve(String dataset) {
    List<List<Number>> points = new ArrayList<>();
    for (HistogramIterationValue value : reads.percentiles(10)) {
      points.add(List.of(value.getValueIteratedTo(), value.getPercentileLevelIteratedTo()));
    }
    Map<String, Object> curve = new LinkedHashMap<>();
    curve.put("dataset", dataset);
    curve.put("contender", rival.name());
    curve.put("points", points);
    curve.put("details", details);
    return curve;
  }
}
