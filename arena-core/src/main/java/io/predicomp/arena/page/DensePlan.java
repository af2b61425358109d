package io.predicomp.arena.page;

import io.predicomp.arena.policy.PageTier;
import org.jspecify.annotations.Nullable;

/**
 * How the evicted pages of one region are recompressed: the codecs chosen from a sample of them,
 * and how well they have done since. Under the demotion lock.
 */
final class DensePlan {
  /** Recompressions after which the mean is compared with the sample's. */
  private static final int WINDOW = 256;

  /** Pages that come out longer than the sample by this factor ask for a new sample. */
  private static final double MOST_DRIFT = 1.15;

  private static final long FIRST_RETRY_NANOS = 60_000_000_000L;
  private static final long LAST_RETRY_NANOS = 3_600_000_000_000L;

  /** Codec index for each tier; {@link PageCodecs#BASE}: nothing gains enough. */
  private final int dense;

  private final int coldest;

  /** Mean payload of the sample in the dense tier, in bytes. */
  private final double expectedBytes;

  private int windowPages;
  private long windowBytes;
  private boolean drifted;

  /** Pages the current sweep has recompressed with {@link #dense}. */
  private int recompressed;

  /** Until when a plan without a dictionary is not asked for again. */
  private final long retryNanos;

  private final long madeAt = System.nanoTime();

  private DensePlan(int dense, int coldest, double expectedBytes, long retryNanos) {
    this.dense = dense;
    this.coldest = coldest;
    this.expectedBytes = expectedBytes;
    this.retryNanos = retryNanos;
  }

  /** A plan in place of a former one. */
  static DensePlan of(int dense, int coldest, double expectedBytes, @Nullable DensePlan former) {
    long retry =
        former == null || former.hasDictionary()
            ? FIRST_RETRY_NANOS
            : Math.min(LAST_RETRY_NANOS, 2 * former.retryNanos);
    return new DensePlan(dense, coldest, expectedBytes, retry);
  }

  /** Leaves pages as they are. */
  static DensePlan nothing(int pageBytes) {
    return of(PageCodecs.BASE, PageCodecs.BASE, pageBytes, null);
  }

  int index(PageTier tier) {
    return tier == PageTier.COLDEST ? coldest : dense;
  }

  boolean hasDictionary() {
    return PageCodecs.isDictionary(dense);
  }

  /** Records what became of a page that was tried with {@link #dense}. */
  void tried(int length, boolean done) {
    recompressed += done ? 1 : 0;
    windowBytes += length;
    if (++windowPages == WINDOW) {
      drifted |= windowBytes > MOST_DRIFT * expectedBytes * WINDOW;
      windowPages = 0;
      windowBytes = 0;
    }
  }

  /**
   * Whether a new sample is due: pages no longer resemble the last one, or it found no dictionary
   * and some time has passed, twice as much after each failure.
   */
  boolean isStale() {
    return drifted || (!hasDictionary() && System.nanoTime() - madeAt > retryNanos);
  }

  /** Ends a sweep; returns how many pages it has recompressed with {@link #dense}. */
  int endSweep() {
    int pages = recompressed;
    recompressed = 0;
    return pages;
  }
}
