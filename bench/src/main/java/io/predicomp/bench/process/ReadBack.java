package io.predicomp.bench.process;

import io.predicomp.workloads.fill.Mix;
import java.util.BitSet;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Reads pages after compression, and times some of the reads. For one thread. */
final class ReadBack {
  /** A timed read that takes longer did something beyond the read, a page fault for instance. */
  private static final long FAULT_LIKE_NANOS = 1_000;

  private static final long RANDOM_STREAM = 0x5265_6164L;

  private final PageMemory memory;
  private final RunSettings settings;
  private final BitSet absent;

  private final Histogram partial = new Histogram(3);
  private final Histogram random = new Histogram(3);
  private final Histogram stalls = new Histogram(3);
  private final int[] recent;
  private long reads;
  private long stallsTotal;
  private long faultLike;
  private long sum;

  /**
   * @param absent pages that are not in memory; changed by reads
   */
  ReadBack(PageMemory memory, RunSettings settings, BitSet absent) {
    this.memory = memory;
    this.settings = settings;
    this.absent = absent;
    this.recent = new int[Math.max(1, settings.reuseDistancePages())];
  }

  /** Reads the first pages of the region in order. */
  void inOrder(double fraction) {
    int count = (int) Math.round(settings.pages() * fraction);
    for (int page = 0; page < count; page++) {
      read(page, partial);
    }
  }

  /** Reads pages of the whole region at random. */
  void atRandom(double fraction) {
    int pages = settings.pages();
    int count = (int) Math.round(pages * fraction);
    int distance = settings.reuseDistancePages();
    for (int i = 0; i < count; i++) {
      boolean again = distance > 0 && (i & 1) == 1 && i >= distance;
      int page =
          again
              ? recent[(i - distance) % recent.length]
              : (int) Long.remainderUnsigned(Mix.at(settings.seed() + RANDOM_STREAM, i), pages);
      recent[i % recent.length] = page;
      read(page, random);
    }
  }

  private void read(int page, Histogram times) {
    boolean stalled = absent.get(page);
    if (stalled) {
      absent.clear(page);
      stallsTotal++;
    }
    if (reads++ % settings.latencySampleStep() != 0) {
      sum += memory.read(page);
      return;
    }
    long start = System.nanoTime();
    sum += memory.read(page);
    long nanos = System.nanoTime() - start;
    times.recordValue(nanos);
    if (stalled) {
      stalls.recordValue(nanos);
    }
    if (nanos > FAULT_LIKE_NANOS) {
      faultLike++;
    }
  }

  /** {@return something that depends on all that was read} */
  long sum() {
    return sum;
  }

  /** Puts the columns that are about reads. */
  void putInto(Map<String, Object> columns) {
    Histogram touches = new Histogram(3);
    touches.add(partial);
    touches.add(random);
    put(columns, "partial", partial);
    put(columns, "random", random);
    put(columns, "touch", touches);
    put(columns, "stall", stalls);
    columns.put("readback_touches_total", reads);
    columns.put("readback_touches_sampled", touches.getTotalCount());
    columns.put("readback_fault_like_events", faultLike);
    columns.put("stall_events_total", stallsTotal);
    columns.put("stall_events_sampled", stalls.getTotalCount());
  }

  private static void put(Map<String, Object> columns, String name, Histogram times) {
    columns.put(name + "_samples", times.getTotalCount());
    columns.put(name + "_p50_ns", times.getValueAtPercentile(50));
    columns.put(name + "_p95_ns", times.getValueAtPercentile(95));
    columns.put(name + "_p99_ns", times.getValueAtPercentile(99));
    columns.put(name + "_max_ns", times.getMaxValue());
  }
}
