package io.predicomp.arena.page;

/**
 * Whether pages that are prefetched keep their compressed copies. A copy makes the next demotion
 * free if the page is not written meanwhile, and is memory held twice if it is; which it will be is
 * judged by what became of the copies kept before. Thread-safe; judged by one thread at a time.
 */
final class PrefetchedCopies {
  /** One page in so many keeps its copy in any case, or nobody would hear of a change. */
  private static final int SAMPLE = 16;

  /**
   * They come in runs, whose payloads share slabs: single pages would keep every slab of the pool,
   * and all of its memory with it.
   */
  private static final int RUN_PAGES = 1024;

  /** Copies kept between two judgements. */
  private static final int ENOUGH = 2048;

  /** The share of the copies that must have made a demotion free. */
  private static final int WORTH_ONE_IN = 8;

  private final MoverCounters counters;
  private volatile boolean pay = true;
  private long keptBefore;
  private long cleanBefore;

  /** Copies whose fate the next judgement sees. */
  private long judged;

  PrefetchedCopies(MoverCounters counters) {
    this.counters = counters;
  }

  boolean keeps(int page) {
    return pay || page / RUN_PAGES % SAMPLE == 0;
  }

  /** Judges anew if enough copies were kept since the last time. */
  void judge() {
    long kept = counters.copiesKept.sum();
    if (kept - keptBefore < ENOUGH) {
      return;
    }
    long clean = counters.demotedClean.sum();
    // What was kept since has hardly had the time to be demoted again.
    pay = clean - cleanBefore >= judged / WORTH_ONE_IN;
    judged = kept - keptBefore;
    keptBefore = kept;
    cleanBefore = clean;
  }
}
