package io.predicomp.arena.agent;

/**
 * What agents tell one another of one region: the hotness agent what was touched, the prefetch
 * agent what it brought back and what the application said.
 */
final class RegionActivity {
  /** One bit a page, for the hotness agent alone: touched in the scan that goes on. */
  private final long[] scanned;

  private int scannedPages;

  /** Guarded by this: touched since the prefetch agent last asked. */
  private final long[] touched;

  private int touchedPages;

  /** Until then what a prediction brought back is to stay, on the agents' clock. */
  volatile long holdUntilNanos = Long.MIN_VALUE;

  /** Whether the application said that the region is idle, and has not said otherwise since. */
  volatile boolean idle;

  /** Of a region of this many pages. */
  RegionActivity(int pages) {
    scanned = new long[Math.ceilDiv(pages, Long.SIZE)];
    touched = new long[scanned.length];
  }

  /** A scan found a page touched. */
  void touch(int page) {
    scanned[page / Long.SIZE] |= 1L << page;
    scannedPages++;
  }

  /** Ends a scan. */
  void endScan() {
    synchronized (this) {
      touchedPages = Math.max(touchedPages, scannedPages);
      if (scannedPages == 0) {
        return;
      }
      for (int word = 0; word < scanned.length; word++) {
        touched[word] |= scanned[word];
        scanned[word] = 0;
      }
    }
    scannedPages = 0;
  }

  /**
   * Hands over which pages were touched since the last call.
   *
   * @param bits one a page, overwritten
   * @return pages touched in the scan that found most of them: what hears of needs for long may
   *     miss the end of one
   */
  int takeTouched(long[] bits) {
    synchronized (this) {
      for (int word = 0; word < touched.length; word++) {
        bits[word] = touched[word];
        touched[word] = 0;
      }
      int most = touchedPages;
      touchedPages = 0;
      return most;
    }
  }

  /** Words that {@link #takeTouched} needs. */
  int words() {
    return touched.length;
  }

  /** Heap bytes. */
  long metadataBytes() {
    return 2L * Long.BYTES * touched.length;
  }
}
