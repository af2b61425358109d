package io.predicomp.arena.page;

import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;

/**
 * The compressed copies that pages have in the pool: ends them, and moves them within the pool.
 * Copies come to be in {@link DemotionBatch} and {@link Recompressor}.
 *
 * <p>Thread-safe, where it does not say that the demotion lock is needed.
 */
final class CompressedCopies {
  private final PageMover mover;
  private final CompressedPool pool;
  private final PageCodecs codecs;
  private final MoverCounters counters;

  CompressedCopies(PageMover mover) {
    this.mover = mover;
    this.pool = mover.pool;
    this.codecs = mover.codecs;
    this.counters = mover.counters;
  }

  /** Frees a copy that nobody will read any more: the only place where copies end. */
  void free(long entry) {
    pool.free(PageEntry.handle(entry), PageEntry.length(entry));
    codecs.dropped(entry);
  }

  /** As {@link #free}, counted as a copy that nobody used again. */
  void drop(long entry) {
    free(entry);
    counters.copiesDropped.increment();
  }

  /** Drops the compressed copy of a resident page. Under the demotion lock. */
  boolean dropClean(PageTable table, int page) {
    byte state = table.state(page);
    if (!PageState.isResident(state) || !PageState.hasCopy(state)) {
      return false;
    }
    byte next = (byte) ((state & ~PageState.COPY) | PageState.DIRTY);
    if (!table.cas(page, state, next)) {
      return false; // written just now, which drops the copy as well
    }
    drop(table.entries[page]);
    return true;
  }

  /** Moves one pool object, if its page still is where the pool saw it. Under the demotion lock. */
  boolean relocate(long globalPage, long oldHandle, long newHandle, int length) {
    PageTable table = mover.regions.find(globalPage);
    if (table == null) {
      PoolTenant other = mover.tenant();
      return other != null && other.relocate(globalPage, oldHandle, newHandle, length);
    }
    int page = (int) (globalPage - table.firstPage);
    byte state = table.state(page);
    if (PageState.isResident(state) && PageState.hasCopy(state)) {
      // Not worth moving: the free list takes the copy, and the slab empties all the same.
      dropClean(table, page);
      return false;
    }
    if (!PageState.isEvicted(state)
        || !PageState.hasCopy(state)
        || !table.cas(page, state, PageState.restoring(state))) {
      return false;
    }
    try {
      long entry = table.entries[page];
      if (PageEntry.handle(entry) != oldHandle) {
        return false;
      }
      MemorySegment.copy(
          AddressSpace.ALL,
          pool.address(oldHandle),
          AddressSpace.ALL,
          pool.address(newHandle),
          length);
      table.entries[page] = PageEntry.withHandle(entry, newHandle);
      counters.relocations.increment();
      return true;
    } finally {
      table.publish(page, state);
    }
  }
}
