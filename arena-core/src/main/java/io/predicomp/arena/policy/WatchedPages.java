package io.predicomp.arena.policy;

/**
 * The pages of a region that stand for all of them: of each stretch one, at another place in each,
 * or strides would be missed. At most {@value #MOST}. Immutable.
 */
public final class WatchedPages {
  static final int MOST = 1 << 12;

  /** No slot. */
  static final int NONE = -1;

  private final int pages;
  private final int shift;

  /** Of a region of this many pages. */
  public WatchedPages(int pages) {
    this.pages = pages;
    int stretch = Math.ceilDiv(Math.max(1, pages), MOST);
    shift = Integer.SIZE - Integer.numberOfLeadingZeros(stretch - 1);
  }

  /** How many pages each watched one stands for: a power of two. */
  public int stretch() {
    return 1 << shift;
  }

  /** How many slots there are, one for each stretch. */
  int slots() {
    return Math.ceilDiv(pages, stretch());
  }

  /** The first slot whose stretch reaches as far as a page. */
  int slotAt(int page) {
    return page >> shift;
  }

  /** The page watched by a slot; of the last stretch it may lie behind the region. */
  int page(int slot) {
    return (slot << shift) + (((slot * 0x9E37_79B9) >>> 8) & (1 << shift) - 1);
  }

  /** The slot that watches a page, or {@link #NONE}, as for one outside of the region. */
  int slot(int page) {
    return page >= 0 && page < pages && page(slotAt(page)) == page ? slotAt(page) : NONE;
  }

  /** Whether a page is watched. */
  public boolean contains(int page) {
    return slot(page) != NONE;
  }
}
