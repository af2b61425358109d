package io.predicomp.arena;

/** What happens to a page that should be demoted while the compressed pool is at its limit. */
public enum WhenFull {
  /**
   * Pages that have been compressed longest go back to memory and make room. Pages demoted by the
   * same call are never taken back, so a call ends when the pool holds nothing older.
   */
  RESTORE_LRU,

  /**
   * The page stays resident, and nothing is admitted until the pool is below {@code
   * acceptThresholdPercent} of its limit.
   */
  REJECT
}
