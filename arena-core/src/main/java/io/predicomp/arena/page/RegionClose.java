package io.predicomp.arena.page;

import io.predicomp.os.ErrnoException;

/**
 * The end of a region's pages: each goes to {@code CLOSED}, through the evictor's half of the
 * protocol in {@link PinSlot}.
 *
 * <p>Thread-safe.
 */
final class RegionClose {
  private final PageMover mover;

  RegionClose(PageMover mover) {
    this.mover = mover;
  }

  /**
   * Closes every page of a region and waits until no access is in flight: afterwards its memory may
   * be unmapped.
   */
  void close(PageTable table) {
    mover.demotion.lock();
    try {
      for (int p = 0; p < table.pageCount; p++) {
        closePage(table, p);
      }
      awaitBarrierOrHandshake();
      Backoff backoff = new Backoff();
      while (mover.pins.isAnyPinned(table)) {
        backoff.pause();
      }
      mover.regions.remove(table);
      mover.denseTier().forget(table);
    } finally {
      mover.demotion.unlock();
    }
  }

  /** Memory that is about to be unmapped needs a barrier that cannot fail. */
  private void awaitBarrierOrHandshake() {
    try {
      mover.barrier.await();
    } catch (ErrnoException _) {
      ProcessBarrier.handshake().await();
    }
  }

  private void closePage(PageTable table, int page) {
    while (true) {
      byte state = table.state(page);
      if (PageState.code(state) == PageState.RESTORING) {
        table.awaitChange(page, state);
      } else if (table.cas(page, state, PageState.CLOSED)) {
        if (PageState.hasCopy(state)) {
          mover.copies.drop(table.entries[page]);
        }
        if (!PageState.isEvicted(state)
            && state != PageState.CLOSED
            && !table.isFresh(page, state)) {
          mover.ledger.give(1);
        }
        return;
      }
    }
  }
}
