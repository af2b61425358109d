package io.predicomp.arena.policy;

import io.predicomp.arena.Phase;

/**
 * Predicts which pages of one region will be needed soon, from what was seen of that region. Pages
 * are numbered from 0 within the region; times are nanoseconds of one clock that does not go back.
 *
 * <p>A policy hears of everything and is asked often; it decides nothing but what to predict. It
 * allocates nothing after its construction. Not thread-safe.
 */
public interface PrefetchPolicy {
  /** The name it is chosen by on the command line. */
  String name();

  /**
   * An access needed a page that was not resident, or found one that had been restored ahead of it:
   * both tell the same of the application.
   */
  default void needed(int page, long nowNanos) {}

  /**
   * A scan epoch has ended.
   *
   * @param touchedPages pages of the region that were touched in it
   * @param neededPages how many of these had to be restored or had been prefetched
   * @param nowNanos when it ended
   */
  default void epoch(int touchedPages, int neededPages, long nowNanos) {}

  /**
   * Which pages were touched in the epoch that ended last; follows {@link #epoch}.
   *
   * @param bits one a page, in words of 64 from page 0; only for the time of the call
   */
  default void touched(long[] bits) {}

  /**
   * Whether it speaks only when it has reason to, so that it need not be watched before it is
   * believed.
   */
  default boolean speaksOnlyWhenSure() {
    return false;
  }

  /**
   * Changes whenever it begins to predict in another way, so that how good it was says nothing of
   * how good it will be.
   */
  default int generation() {
    return 0;
  }

  /** Heap bytes that grow with the region. */
  default long metadataBytes() {
    return 0;
  }

  /** The application said what comes. */
  default void hint(Phase phase, long nowNanos) {}

  /**
   * Adds to the plan what should be restored now. A range is planned once for each time it is
   * predicted to be needed.
   */
  void plan(PrefetchPlan plan, long nowNanos);
}
