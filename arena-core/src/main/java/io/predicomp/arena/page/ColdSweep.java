package io.predicomp.arena.page;

/**
 * Goes round all pages of the arena and demotes the cold ones, a batch a step, so that whoever
 * drives it can stop after each. For one thread.
 */
public final class ColdSweep {
  /** Pages looked at before a step ends without having demoted anything. */
  private static final int LONGEST_LOOK = 1 << 15;

  private final PageMover mover;
  private PageTable[] tables = new PageTable[0];
  private int region;
  private int page;
  private int candidates;

  ColdSweep(PageMover mover) {
    this.mover = mover;
  }

  /** Begins a round from the first page of the first region. */
  public void begin() {
    tables = mover.regions.all();
    region = 0;
    page = 0;
  }

  /** Whether the round is over. */
  public boolean isDone() {
    return region >= tables.length;
  }

  /**
   * Demotes the next pages that have not been accessed for {@code minAge} epochs, at most one
   * batch.
   *
   * @param share of the cold pages to demote, always the same ones, 0 to 1
   * @return pages demoted
   */
  public int step(int minAge, double share) {
    candidates = 0;
    if (isDone()) {
      return 0;
    }
    PageTable table = tables[region];
    int end = (int) Math.min(table.pageCount, (long) page + LONGEST_LOOK);
    long before = mover.counters().demoteAttempts.sum();
    long result = mover.demoteCold(table, page, end, minAge, share);
    candidates = (int) (mover.counters().demoteAttempts.sum() - before);
    page = (int) (result >>> Integer.SIZE);
    if (page >= table.pageCount) {
      region++;
      page = 0;
    }
    return (int) result;
  }

  /** Pages that the last step tried to demote. */
  public int candidates() {
    return candidates;
  }
}
