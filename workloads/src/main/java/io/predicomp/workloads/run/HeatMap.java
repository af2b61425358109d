package io.predicomp.workloads.run;

import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.TouchMemory;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Which parts of the region are in use and which are in memory, over time. For each moment a row of
 * touches that wrote to each part since the row before, and of the shares, from 0 to 1, of each
 * part that are in memory. Used by one thread.
 */
public final class HeatMap {
  private static final int PARTS = 64;

  private final PrintStream out;
  private final int pageBytes;
  private final long partBytes;
  private final int parts;
  private final long[] writesBefore;
  private List<PageShare> shares = List.of();
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
    this.pageBytes = pageBytes;
    long pages = regionBytes / pageBytes;
    this.partBytes = Math.ceilDiv(pages, (long) PARTS) * pageBytes;
    this.parts = (int) (regionBytes / partBytes);
    this.writesBefore = new long[parts];
    StringBuilder header = new StringBuilder("seconds,bucket_bytes");
    for (int part = 0; part < parts; part++) {
      header.append(",share_").append(part);
    }
    for (int part = 0; part < parts; part++) {
      header.append(",writes_").append(part);
    }
    out.println(header);
  }

  /** Says who writes. */
  void watch(List<PageShare> shares) {
    this.shares = shares;
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
    for (int part = 0; part < parts; part++) {
      long writes = writes(part);
      row.append(',').append(writes - writesBefore[part]);
      writesBefore[part] = writes;
    }
    out.println(row);
    out.flush();
  }

  private long writes(int part) {
    long pages = partBytes / pageBytes;
    return shares.stream().mapToLong(share -> share.writes(part * pages, pages)).sum();
  }
}
