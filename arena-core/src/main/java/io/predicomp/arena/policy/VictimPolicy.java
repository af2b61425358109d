package io.predicomp.arena.policy;

/**
 * Which pages to demote next: runs of cold pages in address order, so that the kernel takes them
 * back in few calls, at most {@link #MOST_PAGES} at a time.
 *
 * <p>Where only a share of the cold pages can be paid for, it is always the same blocks of {@link
 * #BLOCK_PAGES} pages that may go, picked by a hash of their number: other blocks stay resident for
 * good instead of all of them taking turns. A larger share contains every smaller one.
 *
 * <p>Pure functions; runs are packed into a long, so that nothing is allocated.
 */
public final class VictimPolicy {
  /** Pages in a batch. */
  public static final int MOST_PAGES = 64;

  /** Pages that share their fate when only a share may be demoted. */
  public static final int BLOCK_PAGES = 256;

  /** No run was found. */
  public static final long NONE = -1;

  private VictimPolicy() {}

  /**
   * The next run of cold pages.
   *
   * @param ages of all pages, one unsigned byte each
   * @param fromPage where to look first
   * @param endPage where to stop, not included
   * @param coldAge pages of this age and more are cold
   * @param share of the cold pages that may go, 0 to 1
   * @return the run, to be read by {@link #from} and {@link #end}, or {@link #NONE}
   */
  public static long next(byte[] ages, int fromPage, int endPage, int coldAge, double share) {
    int page = fromPage;
    while (page < endPage) {
      if (!mayGo(page, share)) {
        page = (page / BLOCK_PAGES + 1) * BLOCK_PAGES;
      } else if ((ages[page] & 0xFF) < coldAge) {
        page++;
      } else {
        int end = page + 1;
        int limit = Math.min(endPage, page + MOST_PAGES);
        while (end < limit && (ages[end] & 0xFF) >= coldAge && mayGo(end, share)) {
          end++;
        }
        return ((long) page << Integer.SIZE) | end;
      }
    }
    return NONE;
  }

  /** Whether a page belongs to the share that may be demoted. */
  public static boolean mayGo(int page, double share) {
    // Fibonacci hashing spreads consecutive blocks evenly (Knuth, volume 3, section 6.4).
    int hash = (page / BLOCK_PAGES) * 0x9E37_79B9;
    return (hash >>> 8) < share * (1 << 24);
  }

  /** The first page of a run. */
  public static int from(long run) {
    return (int) (run >>> Integer.SIZE);
  }

  /** The page after the last of a run. */
  public static int end(long run) {
    return (int) run;
  }
}
