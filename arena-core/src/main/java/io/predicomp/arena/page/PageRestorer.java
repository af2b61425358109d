package io.predicomp.arena.page;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemandRestoreEvent;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.address.AddressSpace;

/**
 * Brings pages back, for whatever cause, and serves what the fast path of an access cannot: the
 * slow path of {@link PinSlot}. Takes no lock.
 *
 * <p>Thread-safe.
 */
final class PageRestorer {
  private enum Cause {
    DEMAND,
    REQUEST,
    PREFETCH,
    PRESSURE,
    KEPT
  }

  private final CompressedPool pool;
  private final PageCodecs codecs;
  private final AdmissionPolicy admission;
  private final CompressedCopies copies;
  private final ResidentPages resident;
  private final MoverCounters counters;
  private final DemandStall stall;
  private final NeedLog needs;

  PageRestorer(PageMover mover) {
    this.pool = mover.pool;
    this.codecs = mover.codecs;
    this.admission = mover.admission;
    this.copies = mover.copies;
    this.resident = mover.resident;
    this.counters = mover.counters;
    this.stall = mover.stall;
    this.needs = mover.needs;
  }

  /**
   * Called with {@code slot} pinning the pages; returns with them pinned and at least {@code
   * wanted}. Waits unpinned: an evictor or a close that waits for this thread's pin would otherwise
   * wait for ever.
   */
  void makeAccessible(PinSlot slot, PageTable table, int page, int count, byte wanted) {
    long stallStart = -1;
    DemandRestoreEvent event = null;
    try {
      int p = page;
      while (p < page + count) {
        byte state = table.state(p);
        if (state >= wanted) {
          p++;
        } else if (PageState.isResident(state) || PageState.isRescuable(state)) {
          admit(table, p, state, wanted);
        } else {
          slot.unpin();
          if (state == PageState.CLOSED) {
            throw new IllegalStateException("Already closed");
          }
          if (stallStart < 0) {
            stallStart = stall.begin();
            event = DemandRestoreEvent.beginIfEnabled();
          }
          bringBack(table, p, state, wanted);
          bringBackEvicted(table, p + 1, page + count, wanted); // or each would begin all anew
          slot.pin(table, page, count);
          p = page; // what was accessible before may have gone while nothing was pinned
        }
      }
    } finally {
      if (stallStart >= 0) {
        stall.end(stallStart);
        if (event != null) {
          event.commit(table.firstPage + page);
        }
      }
    }
  }

  /** As {@link #makeAccessible} for a {@link RangePin}, which keeps its pages pinned throughout. */
  void makeHeldAccessible(PageTable table, int page, int count, byte wanted) {
    for (int p = page; p < page + count; p++) {
      byte state;
      while ((state = table.state(p)) < wanted) {
        if (PageState.isResident(state) || PageState.isRescuable(state)) {
          admit(table, p, state, wanted);
        } else if (state == PageState.CLOSED) {
          throw new IllegalStateException("Already closed");
        } else {
          long stallStart = stall.begin();
          try {
            bringBack(table, p, state, wanted);
          } finally {
            stall.end(stallStart);
          }
        }
      }
    }
  }

  /** Restores a page, or waits for whoever has it. */
  private void bringBack(PageTable table, int page, byte state, byte wanted) {
    if (PageState.isEvicted(state)) {
      restoreNeeded(table, page, state, wanted);
    } else {
      table.awaitChange(page, state);
    }
  }

  private void bringBackEvicted(PageTable table, int from, int to, byte wanted) {
    for (int p = from; p < to; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state)) {
        restoreNeeded(table, p, state, wanted);
      }
    }
  }

  private void restoreNeeded(PageTable table, int page, byte evicted, byte wanted) {
    if (promote(table, page, evicted, wanted == PageState.WRITABLE, Cause.DEMAND)) {
      needs.append(table.firstPage + page, false);
    }
  }

  /** Sets the bits an access needs, or rescues the page. The caller pins the page. */
  private void admit(PageTable table, int page, byte state, byte wanted) {
    byte resident = PageState.isResident(state) ? state : PageState.backToResident(state);
    byte next =
        wanted == PageState.WRITABLE
            ? PageState.WRITABLE
            : (byte) ((resident | PageState.TOUCHED) & ~(PageState.YOUNG | PageState.PREFETCHED));
    if (!table.cas(page, state, next)) {
      return;
    }
    if (table.isFresh(page, state)) {
      this.resident.add(1);
    }
    if (PageState.isPrefetched(state)) {
      counters.prefetchesUsed.increment();
      needs.append(table.firstPage + page, true);
    }
    if (PageState.hasCopy(state) && wanted == PageState.WRITABLE) {
      // The pin keeps the evictor away from the entry until this is done.
      copies.drop(table.entries[page]);
    }
    if (!PageState.isResident(state)) {
      counters.rescues.increment();
    }
  }

  /** Brings one evicted page back; false if another thread was faster. */
  private boolean promote(PageTable table, int page, byte evicted, boolean forWrite, Cause cause) {
    StackRoom.require();
    if (!table.cas(page, evicted, PageState.restoring(evicted))) {
      return false;
    }
    resident.add(1);
    byte next = evicted; // what it goes back to if the content cannot be had
    try {
      long entry = table.entries[page];
      if (PageState.hasCopy(evicted)) {
        decompress(table, page, entry);
        boolean keepCopy =
            !forWrite
                && cause != Cause.PRESSURE
                && cause != Cause.KEPT
                && admission.keepsCleanCopies(pool.poolBytes(), pool.limitBytes());
        if (keepCopy) {
          next = (byte) (PageState.RESIDENT | PageState.COPY);
          counters.copiesKept.increment();
        } else {
          // First, so that no error can publish a page as evicted whose copy is gone.
          next = (byte) (PageState.RESIDENT | PageState.DIRTY);
          copies.free(entry);
        }
      } else {
        // The whole page, whatever it holds: a discard may have failed without a word.
        SameFilled.fill(AddressSpace.ALL, table.address(page), table.pageBytes, entry);
        next = PageState.RESIDENT;
      }
      next =
          switch (cause) {
            case DEMAND -> forWrite ? PageState.WRITABLE : (byte) (next | PageState.TOUCHED);
            case REQUEST -> (byte) (next | PageState.YOUNG);
            case PREFETCH -> (byte) (next | PageState.YOUNG | PageState.PREFETCHED);
            case PRESSURE, KEPT -> next;
          };
    } finally {
      if (next == evicted) {
        resident.add(-1);
      }
      table.publish(page, next);
    }
    switch (cause) {
      case DEMAND -> counters.demandRestores.increment();
      case REQUEST -> counters.requestedRestores.increment();
      case PREFETCH -> counters.prefetches.increment();
      case PRESSURE -> counters.pressureRestores.increment();
      case KEPT -> {} // counted as a page that stayed
    }
    return true;
  }

  private void decompress(PageTable table, int page, long entry) {
    int length = PageEntry.length(entry);
    PageCodec restorer = codecs.of(entry);
    int produced =
        restorer.decompress(
            AddressSpace.ALL,
            pool.address(PageEntry.handle(entry)),
            length,
            AddressSpace.ALL,
            table.address(page),
            table.pageBytes);
    if (produced != table.pageBytes) {
      counters.corruptPages.increment();
      throw new CorruptPageException(
          page,
          restorer.name()
              + " gave "
              + produced
              + " for "
              + length
              + " payload bytes, not "
              + table.pageBytes);
    }
    verify(table, page);
  }

  private void verify(PageTable table, int page) {
    int[] checksums = table.checksums;
    if (checksums == null) {
      return;
    }
    int actual = PageChecksum.of(table.address(page), table.pageBytes);
    if (actual != checksums[page]) {
      counters.corruptPages.increment();
      throw new CorruptPageException(
          page, String.format("checksum %08x, expected %08x", actual, checksums[page]));
    }
  }

  /**
   * Restores the evicted pages among {@code count} pages from {@code page}, in address order.
   *
   * @return pages restored by this call
   */
  long restore(PageTable table, int page, int count) {
    long restored = 0;
    for (int p = page; p < page + count; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state) && promote(table, p, state, false, Cause.REQUEST)) {
        restored++;
      }
    }
    return restored;
  }

  /** Brings one page back because somebody expects that it will be needed soon. */
  PrefetchOutcome prefetch(PageTable table, int page) {
    byte state = table.state(page);
    if (!PageState.isEvicted(state)) {
      return PrefetchOutcome.NOT_EVICTED;
    }
    try {
      return promote(table, page, state, false, Cause.PREFETCH)
          ? PrefetchOutcome.RESTORED
          : PrefetchOutcome.NOT_EVICTED;
    } catch (CorruptPageException _) {
      return PrefetchOutcome.CORRUPT;
    }
  }

  /**
   * Takes a page back to memory because the pool is full. Under the demotion lock.
   *
   * @return whether the page was compressed and now is not
   */
  boolean promoteUnderPressure(PageTable table, int page) {
    byte state = table.state(page);
    return PageState.isEvicted(state)
        && PageState.hasCopy(state)
        && promote(table, page, state, false, Cause.PRESSURE);
  }

  /** Takes a page back that could not be discarded. Under the demotion lock. */
  void promoteKept(PageTable table, int page) {
    byte state = table.state(page);
    if (PageState.isEvicted(state)) {
      promote(table, page, state, false, Cause.KEPT);
    }
  }
}
