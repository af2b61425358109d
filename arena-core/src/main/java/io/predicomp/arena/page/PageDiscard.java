package io.predicomp.arena.page;

import io.predicomp.arena.codec.SameFilled;
import io.predicomp.os.address.AddressSpace;

/**
 * Sets pages to zero and gives their memory back, wherever their content is.
 *
 * <p>Thread-safe.
 */
final class PageDiscard {
  private final PageMover mover;
  private final DemotionBatch batch;

  PageDiscard(PageMover mover, DemotionBatch batch) {
    this.mover = mover;
    this.batch = batch;
  }

  void discard(PageTable table, int page, int count) {
    for (int p = page, end = page + count; p < end; ) {
      int from = p;
      mover.demotion.lock();
      try {
        p = batch.collectAll(table, p, end);
        batch.discard();
        dropEvicted(table, from, p);
      } finally {
        mover.demotion.unlock();
      }
    }
    zeroWhatRemains(table, page, count);
  }

  /** Turns evicted pages into zero pages. Under the demotion lock. */
  private void dropEvicted(PageTable table, int from, int to) {
    for (int p = from; p < to; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state) && table.cas(p, state, PageState.restoring(state))) {
        long entry = table.entries[p];
        table.entries[p] = 0;
        table.publish(p, PageState.EVICTED);
        if (PageState.hasCopy(state)) {
          mover.copies.drop(entry);
        }
      }
    }
  }

  /** Pages that were in use while the others were discarded: zeroed by writing, as their user. */
  private void zeroWhatRemains(PageTable table, int page, int count) {
    for (int p = page; p < page + count; p++) {
      byte state = table.state(p);
      boolean isZero =
          table.isFresh(p, state)
              || (PageState.isEvicted(state) && !PageState.hasCopy(state) && table.entries[p] == 0);
      if (!isZero) {
        PinSlot slot = ThreadSlots.slot();
        try {
          slot.enterWritePages(table, p, 1);
          SameFilled.fill(AddressSpace.ALL, table.address(p), table.pageBytes, 0L);
        } finally {
          slot.exit();
        }
      }
    }
  }
}
