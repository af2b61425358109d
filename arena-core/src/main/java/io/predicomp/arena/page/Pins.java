package io.predicomp.arena.page;

/**
 * What accessors do with a {@link PinSlot}. The slot itself has no public methods, because a cursor
 * is one, and they would be the cursor's.
 */
public final class Pins {
  private Pins() {}

  /**
   * The first step of an access to one page: announces it.
   *
   * @param address of the access
   */
  public static void announce(PinSlot slot, long address) {
    slot.announce(address);
  }

  /**
   * The second step, for a page whose state is not ready for the access: makes it so.
   *
   * @throws IllegalStateException if the region is closed
   */
  public static void settle(PinSlot slot, PageTable table, int page, byte wanted) {
    slot.settle(table, page, wanted);
  }

  /**
   * Both steps for an access that straddles two pages or leaves the region.
   *
   * @return the address of the byte at {@code offset}, valid until {@link #exit}
   * @throws IndexOutOfBoundsException if the access leaves the region
   * @throws IllegalStateException if the region is closed
   */
  public static long enterStraddling(
      PinSlot slot, PageTable table, long offset, int size, byte wanted) {
    return slot.enterStraddling(table, offset, size, wanted);
  }

  /** Pins {@code count} pages and makes them readable; see {@link #settle}. */
  public static void enterReadPages(PinSlot slot, PageTable table, int page, int count) {
    slot.enterReadPages(table, page, count);
  }

  /** Pins {@code count} pages and makes them writable; see {@link #settle}. */
  public static void enterWritePages(PinSlot slot, PageTable table, int page, int count) {
    slot.enterWritePages(table, page, count);
  }

  /**
   * Pins one page for reading and another for writing, both or neither.
   *
   * @throws IllegalStateException if a region is closed
   */
  public static void enterBoth(
      PinSlot slot, PageTable source, int sourcePage, PageTable target, int targetPage) {
    slot.enterBoth(source, sourcePage, target, targetPage);
  }

  /** Ends the access: the pages may be demoted from now on. */
  public static void exit(PinSlot slot) {
    slot.exit();
  }

  /**
   * {@link #exit} for a slot that is known not to be borrowed: one that a thread or cursor keeps.
   */
  public static void exitOwned(PinSlot slot) {
    slot.exitOwned();
  }

  /** Ends an access begun by {@link #enterBoth}. */
  public static void exitBoth(PinSlot slot) {
    slot.exitBoth();
  }
}
