package io.predicomp.arena.page;

import org.jspecify.annotations.Nullable;

/**
 * The pages of one region as the dense tier sees them, whichever mode it is of. Under the demotion
 * lock, but for what never changes.
 */
public abstract class DensePages {
  /** How pages that stay evicted are recompressed; {@link DenseTier} says who may use it. */
  @Nullable DensePlan densePlan;

  /** Pages of the region. */
  public abstract int pageCount();

  /** Bytes of one page. */
  public abstract int pageBytes();

  /** Arena-global number of the first page. */
  public abstract long firstPage();

  /**
   * What tells this eviction of a page from every other state and every other eviction of it, as
   * far as that can change under the demotion lock; 0 if it is not evicted with a compressed copy.
   */
  protected abstract long evicted(int page);

  /** The entry of a page that is evicted. */
  protected abstract long copyOf(int page);

  /** The stamp of the page's latest demotion. */
  protected abstract int demotedAt(int page);

  /** Whether a page's content, decoded to an address, is what was summed; true without sums. */
  protected abstract boolean isIntact(int page, long address);

  /**
   * Gives a page another entry, if it is evicted as it was; nobody reads the old one afterwards.
   */
  protected abstract boolean exchange(int page, long evicted, long entry);
}
