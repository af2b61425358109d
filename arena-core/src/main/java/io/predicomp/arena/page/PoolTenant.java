package io.predicomp.arena.page;

/**
 * Pages in the pool that no {@link PageTable} stands for, by arena-global number: those of
 * transparent mode. Every call comes from the holder of the demotion lock.
 */
public interface PoolTenant {
  /** Copies a block that is to move, and makes its page use the copy; false if it moved on. */
  boolean relocate(long globalPage, long oldHandle, long newHandle, int length);

  /** Takes a compressed page back to memory; false if it is not compressed any more. */
  boolean promoteUnderPressure(long globalPage);

  /** Whether a page is compressed since the demotion that got this stamp. */
  boolean isCurrent(long globalPage, int stamp);

  /** Frees blocks of pages that are in memory as well; returns how many, 0 if there are none. */
  int dropCleanCopies(int most);
}
