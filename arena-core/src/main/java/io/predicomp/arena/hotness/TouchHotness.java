package io.predicomp.arena.hotness;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;

/**
 * Exact hotness: every access of the checked mode marks its page, and a scan collects the marks and
 * lets untouched pages age. In slices, so that whoever waits for the demotion lock waits for one
 * slice only. For one thread.
 */
public final class TouchHotness {
  private static final int SLICE_PAGES = 1 << 14;

  private final AgedMemory memory;
  private AgedRegion[] regions = new AgedRegion[0];
  private int region;
  private int page;

  public TouchHotness(AgedMemory memory) {
    this.memory = memory;
  }

  /** Begins a scan of all pages. */
  public void begin() {
    regions = memory.regions();
    region = 0;
    page = 0;
  }

  /** Whether the scan is over. */
  public boolean isDone() {
    return region >= regions.length;
  }

  /**
   * Scans the next pages.
   *
   * @param epochs that untouched pages age
   * @return pages scanned
   */
  public int step(int epochs, AgeObserver observer) {
    if (isDone()) {
      return 0;
    }
    AgedRegion current = regions[region];
    int count = Math.min(SLICE_PAGES, current.pageCount() - page);
    current.harvest(page, count, epochs, observer);
    page += count;
    if (page == current.pageCount()) {
      region++;
      page = 0;
    }
    return count;
  }
}
