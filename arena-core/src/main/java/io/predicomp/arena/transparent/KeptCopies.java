package io.predicomp.arena.transparent;

/**
 * Whether restored pages should keep their compressed copy. A page that is only read is demoted
 * again for nothing then; one that is written faults a second time to drop it, and is held twice
 * until it does. So copies are kept while fewer than half of them are written, and now and then
 * otherwise, to notice when that changes. Written under the demotion lock, read by any thread.
 */
final class KeptCopies {
  /** Fewer say nothing. */
  private static final int LEAST_PAGES = 64;

  private static final double FOLLOW = 0.5;

  /** One epoch of so many is a trial. */
  private static final int TRIAL = 16;

  private double written;
  private long keptBefore;
  private long writtenBefore;
  private volatile boolean worthIt = true;

  /**
   * Ends an epoch.
   *
   * @param kept copies kept so far, in pages
   * @param writtenPages pages with a copy that were written so far
   */
  void epoch(int epoch, long kept, long writtenPages) {
    long more = kept - keptBefore;
    if (more >= LEAST_PAGES) {
      double share = Math.min(1, (double) (writtenPages - writtenBefore) / more);
      written += FOLLOW * (share - written);
      keptBefore = kept;
      writtenBefore = writtenPages;
    }
    worthIt = written < 0.5 || epoch % TRIAL == 0;
  }

  boolean worthIt() {
    return worthIt;
  }
}
