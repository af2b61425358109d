package io.predicomp.arena.page;

/**
 * Pins that last: a count per page, which the evictor reads after the slots. Thread-safe; leases
 * are taken and given up by any thread.
 */
public final class PageLeases {
  PageLeases() {}

  /**
   * Keeps pages resident until {@link #giveUp}: makes each accessible under a pin and leases it
   * before the pin goes.
   */
  public void take(PageTable table, int page, int count, boolean writable) {
    int p = page;
    try {
      for (; p < page + count; p++) {
        PinSlot slot = ThreadSlots.slot();
        try {
          if (writable) {
            slot.enterWritePages(table, p, 1);
          } else {
            slot.enterReadPages(table, p, 1);
          }
          table.lease(p);
        } finally {
          slot.exit();
        }
      }
    } catch (Throwable t) {
      giveUp(table, page, p - page, false);
      throw t;
    }
  }

  /** Gives up leases; pages of a writable lease are marked written once more. */
  public void giveUp(PageTable table, int page, int count, boolean writable) {
    for (int p = page; p < page + count; p++) {
      if (writable) {
        PinSlot slot = ThreadSlots.slot();
        try {
          slot.enterWritePages(table, p, 1);
        } finally {
          slot.exit();
        }
      }
      table.unlease(p);
    }
  }
}
