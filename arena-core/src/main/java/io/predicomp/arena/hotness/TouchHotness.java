package io.predicomp.arena.hotness;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;

/**
 * Exact hotness: every access of the checked mode marks its page, and a scan collects the marks and
 * lets untouched pages age. In slices, so that whoever waits for the demotion lock waits for one
 * slice only. For one thread.
 */
public final class TouchHotness {
  private static final int SLICE_PAGES = 1 << 14;

  private final PageMover mover;
  private PageTable[] tables = new PageTable[0];
  private int region;
  private int page;

  public TouchHotness(PageMover mover) {
    this.mover = mover;
  }

  /** Begins a scan of all pages. */
  public void begin() {
    tables = mover.tables();
    region = 0;
    page = 0;
  }

  /** Whether the scan is over. */
  public boolean isDone() {
    return region >= tables.length;
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
    PageTable table = tables[region];
    int count = Math.min(SLICE_PAGES, table.pageCount() - page);
    mover.harvest(table, page, count, epochs, observer);
    page += count;
    if (page == table.pageCount()) {
      region++;
      page = 0;
    }
    return count;
  }
}
