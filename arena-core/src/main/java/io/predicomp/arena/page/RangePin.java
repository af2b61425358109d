package io.predicomp.arena.page;

/**
 * Pins that last: borrowed slots that name a range of pages until {@link #release()}, one for each
 * {@value PinWord#MAX_PAGES} pages. To the evictor they are accesses that take long.
 *
 * <p>Unlike an access, its owner waits for pages while it pins them, so that none can leave behind
 * its back and the range is passed once only. Nobody waits for such a pin in turn: the evictor
 * passes pinned pages by, and a region with open ranges refuses to be closed.
 *
 * <p>Taken and released by any thread, by one at a time.
 */
public final class RangePin {
  private final PageTable table;
  private final int page;
  private final int count;
  private final boolean writable;
  private final PinSlot[] slots;

  private RangePin(PageTable table, int page, int count, boolean writable) {
    this.table = table;
    this.page = page;
    this.count = count;
    this.writable = writable;
    this.slots = new PinSlot[(count + PinWord.MAX_PAGES - 1) / PinWord.MAX_PAGES];
  }

  /**
   * Makes pages accessible and keeps them so.
   *
   * @param writable whether they are marked written, now and when they are released
   * @throws IllegalArgumentException if the budget could not hold so many pages even without others
   * @throws OutOfMemoryError if it has no room for them beside what cannot be demoted
   */
  public static RangePin take(PageTable table, int page, int count, boolean writable) {
    table.restorer().budget().requirePinnable((long) count * table.pageBytes);
    RangePin pin = new RangePin(table, page, count, writable);
    try {
      for (int i = 0; i < pin.slots.length; i++) {
        int first = i * PinWord.MAX_PAGES;
        pin.slots[i] = ThreadSlots.borrow();
        pin.slots[i].pin(table, page + first, Math.min(PinWord.MAX_PAGES, count - first));
      }
      pin.makeAccessible(writable ? PageState.WRITABLE : PageState.READABLE);
      return pin;
    } catch (Throwable t) {
      pin.unpin();
      throw t;
    }
  }

  private void makeAccessible(byte wanted) {
    table.restorer().makeHeldAccessible(table, page, count, wanted);
  }

  /** Lets the pages go; those of a writable pin are marked written once more. */
  public void release() {
    try {
      if (writable) {
        makeAccessible(PageState.WRITABLE);
      }
    } finally {
      unpin();
    }
  }

  @SuppressWarnings("ConstantValue") // null where taking failed
  private void unpin() {
    for (PinSlot slot : slots) {
      if (slot != null) {
        slot.exit();
      }
    }
  }
}
