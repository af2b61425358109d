package io.predicomp.arena.page;

/**
 * Pages by what they are at one moment, counted while they change.
 *
 * @param total pages
 * @param fresh never touched, hence without physical memory
 * @param resident in memory, fresh ones excluded, those on their way included
 * @param compressed content in the pool only
 * @param sameFilled content in the entry only
 * @param cleanCopies resident with a compressed copy kept in the pool
 * @param rejected resident because they did not compress
 */
public record PageCensus(
    long total,
    long fresh,
    long resident,
    long compressed,
    long sameFilled,
    long cleanCopies,
    long rejected) {
  public static final PageCensus NONE = new PageCensus(0, 0, 0, 0, 0, 0, 0);

  public static PageCensus of(PageTable table) {
    long fresh = 0;
    long compressed = 0;
    long sameFilled = 0;
    long cleanCopies = 0;
    long rejected = 0;
    long closed = 0;
    for (int page = 0; page < table.pageCount; page++) {
      byte state = table.state(page);
      if (PageState.isResident(state)) {
        if (table.isFresh(page, state)) {
          fresh++;
        } else if (PageState.hasCopy(state)) {
          cleanCopies++;
        } else if (PageState.isRejected(state)) {
          rejected++;
        }
      } else if (PageState.isEvicted(state)) {
        if (PageState.hasCopy(state)) {
          compressed++;
        } else {
          sameFilled++;
        }
      } else if (state == PageState.CLOSED) {
        closed++;
      }
    }
    long total = table.pageCount - closed;
    return new PageCensus(
        total,
        fresh,
        total - fresh - compressed - sameFilled,
        compressed,
        sameFilled,
        cleanCopies,
        rejected);
  }

  public PageCensus plus(PageCensus other) {
    return new PageCensus(
        total + other.total,
        fresh + other.fresh,
        resident + other.resident,
        compressed + other.compressed,
        sameFilled + other.sameFilled,
        cleanCopies + other.cleanCopies,
        rejected + other.rejected);
  }
}
