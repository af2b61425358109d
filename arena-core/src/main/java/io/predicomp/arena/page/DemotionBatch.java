package io.predicomp.arena.page;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemoteBatchEvent;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.AddressRanges;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes up to {@value #CAPACITY} pages of one region out of memory: the evictor's half of the
 * protocol in {@link PinSlot}.
 *
 * <ol>
 *   <li>{@link #collect}: {@code RESIDENT → CLOSING} for each candidate
 *   <li>one process-wide barrier
 *   <li>read the list of slots, and then every slot
 *   <li>pinned: back to {@code RESIDENT}; else {@code CLOSING → EVICTING}
 *   <li>compress a private copy; {@code EVICTING → DISCARDING}, which fails if an accessor rescued
 *       the page meanwhile
 *   <li>give the memory of all of them back in one call
 *   <li>publish entry and {@code EVICTED}
 * </ol>
 *
 * <p>Only one batch exists at a time (the demotion lock): with two, one could take the other's
 * {@code CLOSING} for its own after a rescue. Accessors rescue pages in steps 1 to 5, so they wait
 * only for step 6, which is why the batch is small.
 */
final class DemotionBatch extends PageBatch implements AutoCloseable {
  private final PageMover mover;
  private final PoolPressure pressure;
  private final MoverCounters counters;
  private final int pageBytes;

  /** One for both of the next two, so that nothing is left over where it cannot be had. */
  private final Mapping buffers;

  /** Where a page is copied, so that no writer can change what is being compressed. */
  private final long copy;

  private final long payload;
  private final PageEncoder encoder;
  private final AddressRanges ranges;

  /** Kept, so that a batch allocates nothing. */
  private final PinRegistry.PinVisitor pinMarker = this::markPinned;

  DemotionBatch(PageMover mover, PoolPressure pressure, int pageBytes) {
    super(mover.budget().batchPages(CAPACITY));
    this.mover = mover;
    this.pressure = pressure;
    this.counters = mover.counters();
    this.pageBytes = pageBytes;
    this.buffers = Mapping.anonymous(2L * pageBytes);
    this.copy = buffers.address();
    this.payload = copy + pageBytes;
    this.encoder = new PageEncoder(mover.codec, mover.admission, pageBytes);
    this.ranges = new AddressRanges(CAPACITY);
  }

  /**
   * Makes every page of the batch resident again after an error that nobody foresaw: a page left in
   * DISCARDING would make its accessors wait for ever.
   */
  private void rollBack() {
    PageTable t = pageTable();
    for (int i = 0; i < collected; i++) {
      byte state = t.state(pages[i]);
      if (PageState.isRescuable(state)) {
        t.cas(pages[i], state, PageState.backToResident(state));
      } else if (PageState.code(state) == PageState.DISCARDING) {
        // Not one byte was given back yet: discardAndPublish leaves no page in this state.
        freeStored(i);
        t.publish(pages[i], PageState.backToResident(state));
      }
    }
  }

  /** As {@link #demote}, never taking compressed pages back to memory to make room. */
  int demoteWithoutDisplacing() {
    if (size == 0) {
      return 0;
    }
    pressure.displaceNothing(true);
    try {
      return demote(pressure.mark());
    } finally {
      pressure.displaceNothing(false);
    }
  }

  /** Steps 2 to 7; returns pages demoted. */
  int demote(int mark) {
    try {
      return demoteCollected(mark);
    } catch (Throwable t) {
      rollBack();
      throw t;
    }
  }

  private int demoteCollected(int mark) {
    DemoteBatchEvent event = DemoteBatchEvent.beginIfEnabled();
    int candidates = size;
    counters.demoteAttempts.add(size);
    mover.pool.drainFreed();
    closeToAccessors();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (compress(i, mark)) {
        move(i, kept++);
      }
    }
    size = kept;
    int demoted = discardAndPublish();
    counters.demoted.add(demoted);
    for (int i = 0; i < demoted; i++) {
      count(i);
    }
    if (event != null) {
      event.commit(pageTable().firstPage, candidates, demoted);
    }
    return demoted;
  }

  /** Steps 2 to 7 with zero for content. */
  void discard() {
    try {
      discardCollected();
    } catch (Throwable t) {
      rollBack();
      throw t;
    }
  }

  private void discardCollected() {
    closeToAccessors();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      byte evicting = out(PageState.EVICTING, states[i]);
      if (pageTable().cas(pages[i], evicting, out(PageState.DISCARDING, states[i]))) {
        entries[i] = 0;
        sameFilled[i] = true;
        move(i, kept++);
      }
    }
    size = kept;
    discardAndPublish();
    for (int i = 0; i < size; i++) {
      if (dropsCopy(i)) {
        counters.copiesDropped.increment();
      }
    }
  }

  /** Steps 2 to 4: leaves in the batch what nobody uses. */
  private void closeToAccessors() {
    if (size == 0) {
      return;
    }
    PageTable t = pageTable();
    mover.barrier.await();
    mover.pins.forEachPin(pinMarker);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      byte closing = out(PageState.CLOSING, states[i]);
      if (pinned[i]) {
        t.cas(pages[i], closing, PageState.backToResident(closing));
        counters.keptPinned.increment();
        countUsed(i);
      } else if (t.cas(pages[i], closing, out(PageState.EVICTING, states[i]))) {
        move(i, kept++);
      } else {
        counters.keptRescued.increment();
        countUsed(i);
      }
    }
    size = kept;
  }

  /** A page that was taken back, or is pinned, is in use. */
  private void countUsed(int i) {
    if (PageState.isPrefetched(states[i])) {
      counters.prefetchesUsed.increment();
    }
  }

  /** Step 5 for one page; false if it stays resident. */
  private boolean compress(int i, int mark) {
    PageTable t = pageTable();
    byte evicting = out(PageState.EVICTING, states[i]);
    byte discarding = out(PageState.DISCARDING, states[i]);
    if (!PageState.isDirty(states[i])) {
      // Copy or fill word still equal memory: nothing to compress.
      entries[i] = t.entries[pages[i]];
      if (t.checksums != null) {
        checksums[i] = t.checksums[pages[i]];
      }
      return takeFromAccessors(i, evicting, discarding);
    }
    counters.compressAttempts.increment();
    long at = copy;
    MemorySegment.copy(AddressSpace.ALL, t.address(pages[i]), AddressSpace.ALL, at, pageBytes);
    if (SameFilled.isSameFilled(AddressSpace.ALL, at, pageBytes)) {
      entries[i] = SameFilled.firstWord(AddressSpace.ALL, at);
      sameFilled[i] = true;
      return takeFromAccessors(i, evicting, discarding);
    }
    if (t.checksums != null) {
      checksums[i] = PageChecksum.of(at, pageBytes);
    }
    if (!pressure.admits()) {
      keep(i, counters.keptPoolFull);
      return false;
    }
    int length = encoder.encode(at, payload);
    if (length == 0) {
      // Remembered until the next write, which takes the mark off with the state.
      byte rejected =
          (byte) (PageState.RESIDENT | (states[i] & PageState.TOUCHED) | PageState.REJECTED);
      t.cas(pages[i], evicting, rejected);
      counters.keptSmallGain.increment();
      return false;
    }
    if (length == PageEncoder.NO_MEMORY) {
      keep(i, counters.keptNoMemory);
      return false;
    }
    long handle = pressure.store(t.firstPage + pages[i], payload, length, mark);
    if (handle < 0) {
      keep(i, counters.keptPoolFull);
      return false;
    }
    entries[i] = encoder.entry(length, handle);
    stored[i] = true;
    return takeFromAccessors(i, evicting, discarding);
  }

  private void keep(int i, LongAdder reason) {
    byte evicting = out(PageState.EVICTING, states[i]);
    pageTable().cas(pages[i], evicting, PageState.backToResident(evicting));
    reason.increment();
  }

  /** The last CAS that an accessor can win. */
  private boolean takeFromAccessors(int i, byte evicting, byte discarding) {
    if (pageTable().cas(pages[i], evicting, discarding)) {
      return true;
    }
    freeStored(i);
    counters.keptRescued.increment();
    countUsed(i);
    return false;
  }

  /** Steps 6 and 7. */
  private int discardAndPublish() {
    if (size == 0) {
      return 0;
    }
    PageTable t = pageTable();
    mover.ledger.peak(mover.pool.poolBytes());
    // The last thing that may fail: from the discard on, pages can only be published.
    pressure.reserve(size);
    ranges.clear();
    for (int i = 0; i < size; i++) {
      ranges.add(t.address(pages[i]), pageBytes);
    }
    long discarded = 0;
    try {
      discarded = discardBytes();
    } finally {
      publishAll(discarded);
    }
    return (int) (discarded / pageBytes);
  }

  /** Bytes surely discarded, counted from the first page of the batch. */
  private long discardBytes() {
    counters.discardCalls.increment();
    try {
      long bytes = mover.discarder.discard(ranges);
      if (bytes < (long) size * pageBytes) {
        counters.discardFailures.increment();
      }
      return bytes;
    } catch (ErrnoException e) {
      counters.discardFailures.increment();
      return 0;
    }
  }

  /**
   * Step 7. What the kernel did to pages beyond {@code discarded} is unknown: it may have emptied a
   * part of the range at which it stopped. So they are published like the others, which is always
   * right, and then restored from what was published.
   */
  private void publishAll(long discarded) {
    for (int i = 0; i < size; i++) {
      publish(i);
    }
    mover.ledger.give(size);
    for (int i = (int) (discarded / pageBytes); i < size; i++) {
      counters.keptDiscardFailed.increment();
      try {
        mover.restorer.promoteKept(pageTable(), pages[i]);
      } catch (CorruptPageException _) {
        // It stays compressed, and whoever needs it will be told.
      }
    }
  }

  /** Allocates nothing, not even as counters may: an error here would lose the page. */
  private void publish(int i) {
    PageTable t = pageTable();
    int page = pages[i];
    byte state = states[i];
    boolean hasCopy = stored[i] || (isClean(i) && PageState.hasCopy(state));
    if (dropsCopy(i)) {
      mover.copies.free(t.entries[page]);
    }
    t.entries[page] = entries[i];
    if (t.checksums != null) {
      t.checksums[page] = checksums[i];
    }
    t.demotedAt[page] = pressure.demoted(t.firstPage + page);
    t.publish(page, hasCopy ? PageState.EVICTED_WITH_COPY : PageState.EVICTED);
  }

  private void count(int i) {
    if (PageState.isPrefetched(states[i])) {
      counters.prefetchesWasted.increment();
    }
    if (isClean(i)) {
      counters.demotedClean.increment();
    } else if (sameFilled[i]) {
      counters.demotedSameFilled.increment();
    } else {
      counters.demotedCompressed.increment();
    }
  }

  private void freeStored(int i) {
    if (stored[i]) {
      mover.copies.free(entries[i]);
      stored[i] = false;
    }
  }

  private void markPinned(long pin) {
    long first = PinWord.firstPage(pin, pageTable());
    long end = first + PinWord.pages(pin);
    for (int i = 0; i < size; i++) {
      if (pages[i] >= first && pages[i] < end) {
        pinned[i] = true;
      }
    }
  }

  @Override
  public void close() {
    buffers.close();
  }
}
