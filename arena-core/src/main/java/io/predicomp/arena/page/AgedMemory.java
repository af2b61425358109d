package io.predicomp.arena.page;

import io.predicomp.arena.policy.Budget;

/** All memory that the background loops of an arena look after. Thread-safe. */
public interface AgedMemory {
  /** The regions there are now; the same object each time for the same region. */
  AgedRegion[] regions();

  /** There will be a reader of needs: from now on they are kept for it. */
  default void keepNeeds() {}

  /**
   * Shows what accesses needed and did not find, or found prefetched ({@link FoundPages}), since
   * the last call. By one thread.
   *
   * @param most how many at most; the later ones stay
   * @return needs shown
   */
  int drainNeeds(NeedLog.Reader reader, int most);

  /** Needs that {@link #drainNeeds} would show now, about. */
  int waitingNeeds();

  /** Whether so many wait that soon the oldest will be lost. */
  boolean needsCrowd();

  /** Needs that were not shown, because the reader was late. */
  long lostNeeds();

  /** Pages restored because an access needed them. */
  long demandRestores();

  /** Pages accessed that had been prefetched. */
  long prefetchesUsed();

  /** Time in which at least one thread waited for a page, in nanoseconds. */
  long stalledNanos();

  /** Whether a thread waits for a page now. */
  boolean isStalled();

  /** Gives back what accesses freed in the pool, and takes a slice of compaction if it pays. */
  void tidy();

  /** What resident pages and pool may take together. */
  default Budget budget() {
    return Budget.NONE;
  }

  /** What they take, in bytes. */
  default long heldBytes() {
    return 0;
  }

  /** Demotes some pages because of the budget, before an access has to; returns how many. */
  default int demoteForBudget() {
    return 0;
  }
}
