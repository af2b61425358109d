package io.predicomp.arena.transparent;

/**
 * Whether restored pages should keep their compressed copy. A page that is only read is demoted
 * again for nothing then; one that is written faults a second time to drop it, and is held twice
 * until it does. So copies are kept while fewer than half of the pages are written. A fault tells
 * whether it is for a write; what is read first may be written later, so now and then pages that
 * are read keep their copy in any case, to notice when that changes. Written under the demotion
 * lock, read by any thread.
 */
final class KeptCopies {
  /** Fewer say nothing. */
  private static final int LEAST_PAGES = 64;

  private static final double FOLLOW = 0.5;

  /** One epoch of so many is a trial. */
  private static final int TRIAL = 16;

  private double written;
  private long restoredBefore;
  private long writtenBefore;
  private volatile boolean worthIt = true;
  private volatile boolean trial;

  /**
   * Ends an epoch.
   *
   * @param writes pages that faults for a write brought back so far; they keep no copy
   * @param kept copies kept so far, in pages
   * @param writtenLater pages with a copy that were written so far
   */
  void epoch(int epoch, long writes, long kept, long writtenLater) {
    long restored = writes + kept;
    long all = writes + writtenLater;
    long more = restored - restoredBefore;
    if (more >= LEAST_PAGES) {
      double share = Math.min(1, (double) (all - writtenBefore) / more);
      written += FOLLOW * (share - written);
      restoredBefore = restored;
      writtenBefore = all;
    }
    worthIt = written < 0.5;
    trial = epoch % TRIAL == 0;
  }

  /** Whether a page that is brought back because it is read keeps its copy. */
  boolean afterFault() {
    return worthIt || trial;
  }

  /**
   * Whether a page that nobody has touched keeps its copy. Not in trials: a whole region may come
   * back within one, and would fault again page by page.
   */
  boolean ahead() {
    return worthIt;
  }
}
