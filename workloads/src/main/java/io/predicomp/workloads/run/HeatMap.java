package io.predicomp.workloads.run;

import io.predicomp.workloads.memory.TouchMemory;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Which parts of the region are in memory, over time: a row of shares, from 0 to 1, for each
 * moment. Used by one thread.
 */
public final class HeatMap {
  private static final int PARTS = 64;

  private final PrintStream out;
  private final long partBytes;
  private final int parts;
  private long firstNanos = -1;

  /**
   * A map without rows yet.
   *
   * @param regionBytes size of the region
   * @param pageBytes size of a page; a part is a whole number of them
   * @param out where rows of comma-separated values go
   */
  public HeatMap(long regionBytes, int pageBytes, PrintStream out) {
    this.out = out;
    long pages = regionBytes / pageBytes;
    this.partBytes = Math.ceilDiv(pages, (long) PARTS) * pageBytes;
    this.parts = (int) (regionBytes / partBytes);
    StringBuilder header = new StringBuilder("seconds,bucket_bytes");
    for (int part = 0; part < parts; part++) {
      header.append(",share_").append(part);
    }
    out.println(header);
  }

  /** Adds a row. */
  void take(long nanoTime, TouchMemory memory) {
    if (firstNanos < 0) {
      firstNanos = nanoTime;
    }
    StringBuilder row = new StringBuilder();
    row.append(String.format(Locale.ROOT, "%.3f,%d", (nanoTime - firstNanos) / 1e9, partBytes));
    for (int part = 0; part < parts; part++) {
      double share = memory.residentShare(part * partBytes, partBytes);
      row.append(String.format(Locale.ROOT, ",%.3f", share));
    }
    out.println(row);
    out.flush();
  }
}
