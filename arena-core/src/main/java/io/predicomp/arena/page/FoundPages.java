package io.predicomp.arena.page;

import io.predicomp.arena.policy.WatchedPages;

/**
 * Of which prefetched pages the first use is told: of all, or of those that scores watch, where a
 * whole wave was brought back and nobody would act on it at once. Telling costs whoever uses the
 * page, and whoever listens shares the processors with it. Thread-safe.
 */
public final class FoundPages {
  private final WatchedPages watched;
  private volatile boolean all = true;

  /** Of a region of this many pages. */
  public FoundPages(int pages) {
    watched = new WatchedPages(pages);
  }

  /** Says whether the use of all pages is to be told from now on. */
  public void tellAll(boolean tellsAll) {
    all = tellsAll;
  }

  /** Whether the first use of a prefetched page is told. */
  public boolean tells(int page) {
    return all || watched.contains(page);
  }
}
