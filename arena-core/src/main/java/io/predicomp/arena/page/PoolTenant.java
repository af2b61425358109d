package io.predicomp.arena.page;

import io.predicomp.arena.codec.PageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Pages in the pool that no {@link PageTable} stands for, by arena-global number: those of
 * transparent mode. Every call comes from the holder of the demotion lock.
 */
public interface PoolTenant {
  /**
   * Learns what a codec number means from now on; no copy has it.
   *
   * @param codec null: nothing
   */
  void decodes(int index, @Nullable PageCodec codec);

  /** Copies of a codec, number 1 or more, that ended in this tenant's own hands. Any thread. */
  long droppedPages(int index);

  /** Their payload in bytes. Any thread. */
  long droppedBytes(int index);

  /** The regions there are now. */
  DensePages[] regions();

  /** Whether a region is one of these. */
  boolean isOpen(DensePages pages);

  /** Copies a block that is to move, and makes its page use the copy; false if it moved on. */
  boolean relocate(long globalPage, long oldHandle, long newHandle, int length);

  /** Takes a compressed page back to memory; false if it is not compressed any more. */
  boolean promoteUnderPressure(long globalPage);

  /** Whether a page is compressed since the demotion that got this stamp. */
  boolean isCurrent(long globalPage, int stamp);

  /**
   * Demotes pages because of the budget, a batch at a time.
   *
   * @return pages demoted; 0 if none can be
   */
  int demoteForBudget();

  /** Frees blocks of pages that are in memory as well; returns how many, 0 if there are none. */
  int dropCleanCopies(int most);
}
