package io.predicomp.arena.page;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemandRestoreEvent;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.address.AddressSpace;

/**
 * Brings pages back, for whatever cause, and serves what the fast path of an access cannot: the
 * slow path of {@link PinSlot}. Takes no lock but to find room where the budget is full.
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

  /** So often an access looks for room; then it takes it without. */
  private static final int MOST_WAITS = 16;

  private final CompressedPool pool;
  private final PageCodecs codecs;
  private final AdmissionPolicy admission;
  private final CompressedCopies copies;
  private final BudgetLedger ledger;
  private final BudgetRoom room;
  private final MoverCounters counters;
  private final DemandStall stall;
  private final NeedLog needs;
  private final PrefetchedCopies prefetchedCopies;

  PageRestorer(PageMover mover) {
    this.pool = mover.pool;
    this.codecs = mover.codecs;
    this.admission = mover.admission;
    this.copies = mover.copies;
    this.ledger = mover.ledger;
    this.room = mover.room;
    this.counters = mover.counters;
    this.stall = mover.stall;
    this.needs = mover.needs;
    this.prefetchedCopies = mover.prefetchedCopies;
  }

  Budget budget() {
    return ledger.budget();
  }

  /**
   * Called with {@code slot} pinning the pages; returns with them pinned and at least {@code
   * wanted}. Waits unpinned: an evictor or a close that waits for this thread's pin would otherwise
   * wait for ever.
   */
  void makeAccessible(PinSlot slot, PageTable table, int page, int count, byte wanted) {
    makeAccessible(slot, table, page, count, wanted, 0);
  }

  /**
   * @param waits how often this access has waited for room and lost what it got: after {@value
   *     #MOST_WAITS} it goes beyond the budget
   */
  void makeAccessible(PinSlot slot, PageTable table, int page, int count, byte wanted, int waits) {
    long stallStart = -1;
    DemandRestoreEvent event = null;
    int roomTaken = 0; // pages
    try {
      int p = page;
      while (p < page + count) {
        byte state = table.state(p);
        boolean fresh = table.isFresh(p, state);
        if (state >= wanted) {
          p++;
        } else if (fresh && (roomTaken > 0 || ledger.tryTake(1))) {
          roomTaken = Math.max(1, roomTaken);
          if (admit(table, p, state, wanted)) {
            roomTaken--;
          }
        } else if (!fresh && (PageState.isResident(state) || PageState.isRescuable(state))) {
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
          if (!fresh && !PageState.isEvicted(state)) {
            table.awaitChange(p, state);
          } else {
            if (roomTaken == 0) {
              // For all at once: what is there already could be demoted for the next.
              int missing = missing(table, p, page + count);
              // Others may demote what comes before this thread can pin it, and it what they need.
              takeRoom(missing, ++waits > MOST_WAITS);
              roomTaken = missing;
            }
            for (int q = p; q < page + count && roomTaken > 0; q++) {
              byte evicted = table.state(q);
              if (PageState.isEvicted(evicted)) {
                roomTaken--; // now the restore's, which gives it back if it fails
                restoreNeeded(table, q, evicted, wanted);
              }
            }
          }
          slot.pin(table, page, count);
          p = page; // what was accessible before may have gone while nothing was pinned
        }
      }
    } finally {
      ledger.give(roomTaken);
      if (stallStart >= 0) {
        stall.end(stallStart);
        if (event != null) {
          event.commit(table.firstPage + page);
        }
      }
    }
  }

  private void takeRoom(int pages, boolean insists) {
    if (insists) {
      room.takeAnyway(pages);
    } else {
      room.takeForAccess(pages);
    }
  }

  /** Pages that need room: not in memory, and at least 1. */
  private static int missing(PageTable table, int from, int to) {
    int missing = 0;
    for (int p = from; p < to; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state) || table.isFresh(p, state)) {
        missing++;
      }
    }
    return Math.max(1, missing);
  }

  /**
   * As {@link #makeAccessible} for a {@link RangePin}, which keeps its pages pinned throughout.
   *
   * @throws OutOfMemoryError if the budget has no room for one of them
   */
  void makeHeldAccessible(PageTable table, int page, int count, byte wanted) {
    for (int p = page; p < page + count; p++) {
      byte state;
      while ((state = table.state(p)) < wanted) {
        if (table.isFresh(p, state)) {
          takeRoomForPin(count);
          if (!admit(table, p, state, wanted)) {
            ledger.give(1);
          }
        } else if (PageState.isResident(state) || PageState.isRescuable(state)) {
          admit(table, p, state, wanted);
        } else if (state == PageState.CLOSED) {
          throw new IllegalStateException("Already closed");
        } else {
          long stallStart = stall.begin();
          try {
            if (PageState.isEvicted(state)) {
              takeRoomForPin(count);
              restoreNeeded(table, p, state, wanted);
            } else {
              table.awaitChange(p, state);
            }
          } finally {
            stall.end(stallStart);
          }
        }
      }
    }
  }

  private void takeRoomForPin(int count) {
    if (!room.takeForPin()) {
      throw ledger.budget().noRoomToPin(count);
    }
  }

  /** Restores a page for which room is taken. */
  private void restoreNeeded(PageTable table, int page, byte evicted, byte wanted) {
    if (promote(table, page, evicted, wanted == PageState.WRITABLE, Cause.DEMAND)) {
      needs.append(table.firstPage + page, false);
    }
  }

  /**
   * Sets the bits an access needs, or rescues the page. The caller pins the page, and has taken
   * room for a fresh one.
   *
   * @return false if the state was another one by then
   */
  private boolean admit(PageTable table, int page, byte state, byte wanted) {
    byte resident = PageState.isResident(state) ? state : PageState.backToResident(state);
    byte next =
        wanted == PageState.WRITABLE
            ? PageState.WRITABLE
            : (byte) ((resident | PageState.TOUCHED) & ~(PageState.YOUNG | PageState.PREFETCHED));
    if (!table.cas(page, state, next)) {
      return false;
    }
    if (PageState.isPrefetched(state)) {
      counters.prefetchesUsed.increment();
      if (table.foundPages().tells(page)) {
        needs.append(table.firstPage + page, true);
      }
    }
    if (PageState.hasCopy(state) && wanted == PageState.WRITABLE) {
      // The pin keeps the evictor away from the entry until this is done.
      copies.drop(table.entries[page]);
    }
    if (!PageState.isResident(state)) {
      counters.rescues.increment();
    }
    return true;
  }

  /**
   * Brings one evicted page back, for which the caller has taken room; false if another thread was
   * faster.
   */
  private boolean promote(PageTable table, int page, byte evicted, boolean forWrite, Cause cause) {
    boolean restored = false;
    try {
      StackRoom.require();
      if (table.cas(page, evicted, PageState.restoring(evicted))) {
        bringIn(table, page, evicted, forWrite, cause);
        restored = true;
      }
    } finally {
      if (!restored) {
        ledger.give(1);
      }
    }
    if (restored) {
      count(cause);
    }
    return restored;
  }

  /** Restores a page that this thread holds in {@code RESTORING}, and publishes it. */
  private void bringIn(PageTable table, int page, byte evicted, boolean forWrite, Cause cause) {
    byte next = evicted; // what it goes back to if the content cannot be had
    try {
      long entry = table.entries[page];
      if (PageState.hasCopy(evicted)) {
        decompress(table, page, entry);
        boolean keepCopy =
            !forWrite
                && cause != Cause.PRESSURE
                && cause != Cause.KEPT
                && (cause != Cause.PREFETCH || prefetchedCopies.keeps(page))
                && admission.keepsCleanCopies(pool.poolBytes(), pool.limitBytes())
                && ledger.budget().keepsCleanCopies(ledger.heldBytes());
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
      table.publish(page, next);
    }
  }

  private void count(Cause cause) {
    switch (cause) {
      case DEMAND -> counters.demandRestores.increment();
      case REQUEST -> counters.requestedRestores.increment();
      case PREFETCH -> counters.prefetches.increment();
      case PRESSURE -> counters.pressureRestores.increment();
      case KEPT -> {} // counted as a page that stayed
    }
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
   * Restores the evicted pages among {@code count} pages from {@code page}, in address order, as
   * far as the budget has room for all of them together.
   *
   * @return pages restored by this call
   */
  long restore(PageTable table, int page, int count) {
    long restored = 0;
    for (int p = page; p < page + count; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state)) {
        if (!room.takeForRequest(table, page, page + count)) {
          break;
        }
        if (promote(table, p, state, false, Cause.REQUEST)) {
          restored++;
        }
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
    if (!room.takeForPrefetch(table.age(page))) {
      return PrefetchOutcome.NO_ROOM;
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
        && ledger.tryTake(1) // nobody can be demoted for it: that is what the pool has no room for
        && promote(table, page, state, false, Cause.PRESSURE);
  }

  /** Takes a page back that could not be discarded. Under the demotion lock. */
  void promoteKept(PageTable table, int page) {
    byte state = table.state(page);
    if (PageState.isEvicted(state)) {
      ledger.takeAnyway(1); // its memory was never given back
      promote(table, page, state, false, Cause.KEPT);
    }
  }
}
