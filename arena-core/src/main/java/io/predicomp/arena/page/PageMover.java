package io.predicomp.arena.page;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemandRestoreEvent;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The only place that changes page state. Accessors come here from the slow path of {@link
 * PinSlot}; everything that takes pages out of memory runs under one lock, the demotion lock, in
 * {@link DemotionBatch} and {@link PoolPressure}. Accesses never take that lock.
 *
 * <p>Thread-safe.
 */
public final class PageMover implements AutoCloseable {
  /** What a mover is made of; tests replace single parts. */
  public record Parts(
      CompressedPool pool,
      PageCodec codec,
      AdmissionPolicy admission,
      boolean restoreLeastRecentWhenFull,
      ProcessBarrier barrier,
      PageDiscarder discarder,
      int pageBytes) {}

  private enum Cause {
    DEMAND,
    REQUEST,
    PREFETCH,
    PRESSURE,
    KEPT
  }

  final CompressedPool pool;

  /** Compresses what is demoted. */
  final PageCodec codec;

  final PageCodecs codecs;
  final AdmissionPolicy admission;
  final ProcessBarrier barrier;
  final PageDiscarder discarder;
  final PinRegistry pins;
  final RegionDirectory regions = new RegionDirectory();
  final MoverCounters counters = new MoverCounters();
  private final DemandStall stall = new DemandStall();
  private final NeedLog needs = new NeedLog(regions);
  final ResidentPages resident = new ResidentPages();

  /** Held by whoever demotes, discards, compacts or closes; never by an access. */
  final ReentrantLock demotion = new ReentrantLock();

  private final DemotionBatch batch;
  final PoolPressure pressure;
  private final DenseTier dense;

  /** Who else has pages in the pool. */
  private volatile @Nullable PoolTenant tenant;

  public PageMover(Parts parts) {
    this.pool = parts.pool();
    this.codec = parts.codec();
    this.codecs = new PageCodecs(pool, codec);
    this.admission = parts.admission();
    this.barrier = parts.barrier();
    this.discarder = parts.discarder();
    this.pins = new PinRegistry();
    this.pressure = new PoolPressure(this, parts.restoreLeastRecentWhenFull());
    this.batch = new DemotionBatch(this, pressure, parts.pageBytes());
    this.dense = new DenseTier(this, parts.pageBytes());
  }

  public PinRegistry pins() {
    return pins;
  }

  public MoverCounters counters() {
    return counters;
  }

  public DemandStall stall() {
    return stall;
  }

  /** What accesses needed and did not find, for one reader. */
  public NeedLog needs() {
    return needs;
  }

  /** Pages that have physical memory now. */
  public long residentPages() {
    return resident.get();
  }

  // --- another mode beside this one -------------------------------------------------------------

  /** Lets pages into the pool that have no table here; once. */
  public void admit(PoolTenant other) {
    tenant = other;
  }

  @Nullable PoolTenant tenant() {
    return tenant;
  }

  /** What whoever evicts pages holds, and whoever uses the owner side of the pool. */
  public ReentrantLock demotionLock() {
    return demotion;
  }

  /** The room in the pool; for the holder of the demotion lock. */
  public PoolPressure pressure() {
    return pressure;
  }

  /** Recompression of pages that stay evicted. */
  public DenseTier denseTier() {
    return dense;
  }

  /** Heap bytes of the bookkeeping beside the page tables. */
  public long metadataBytes() {
    return pressure.metadataBytes();
  }

  /** Adds a region's pages. */
  public void add(PageTable table) {
    table.setMover(this);
    regions.add(table);
  }

  // --- accessors ------------------------------------------------------------------------------

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
      awaitChange(table, page, state);
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
      dropCopy(table.entries[page]);
    }
    if (!PageState.isResident(state)) {
      counters.rescues.increment();
    }
  }

  private static void awaitChange(PageTable table, int page, byte state) {
    Backoff backoff = new Backoff();
    while (table.state(page) == state) {
      backoff.pause();
    }
  }

  // --- promotion ------------------------------------------------------------------------------

  /** Brings one evicted page back; false if another thread was faster. */
  private boolean promote(PageTable table, int page, byte evicted, boolean forWrite, Cause cause) {
    StackRoom.require();
    if (!table.cas(page, evicted, restoring(evicted))) {
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
          freeCopy(entry);
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

  static byte restoring(byte evicted) {
    return (byte) (PageState.RESTORING | (evicted & PageState.COPY));
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

  /** Frees a copy that nobody will read any more: the only place where copies end. */
  void freeCopy(long entry) {
    pool.free(PageEntry.handle(entry), PageEntry.length(entry));
    codecs.dropped(entry);
  }

  private void dropCopy(long entry) {
    freeCopy(entry);
    counters.copiesDropped.increment();
  }

  /**
   * Restores the evicted pages among {@code count} pages from {@code page}, in address order.
   *
   * @return pages restored by this call
   */
  public long restore(PageTable table, int page, int count) {
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
  public PrefetchOutcome prefetch(PageTable table, int page) {
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

  // --- hotness --------------------------------------------------------------------------------

  /**
   * Lets every page of a range grow older that was not accessed since the last call, and the others
   * young again. Holds the demotion lock, so ranges should be small.
   *
   * @param epochs that untouched pages age, 0 to 127
   */
  public void harvest(PageTable table, int page, int count, int epochs, AgeObserver observer) {
    demotion.lock();
    try {
      resident.add(-TouchHarvest.harvest(table, page, page + count, epochs, observer));
    } finally {
      demotion.unlock();
    }
  }

  /** The region that holds a page, or null if it is closed. */
  public @Nullable PageTable find(long globalPage) {
    return regions.find(globalPage);
  }

  /** The regions there are. */
  public PageTable[] tables() {
    return regions.all().clone();
  }

  // --- demotion -------------------------------------------------------------------------------

  /** A way round all pages that demotes the cold ones. */
  public ColdSweep coldSweep() {
    return new ColdSweep(this);
  }

  /**
   * Demotes one batch of pages that were not accessed for {@code minAge} epochs, without making
   * room in the pool at the cost of other compressed pages.
   *
   * @param share of the pages to demote, always the same ones, 0 to 1
   * @return the first page not looked at in the upper 32 bits, pages demoted in the lower
   */
  long demoteCold(PageTable table, int page, int end, int minAge, double share) {
    demotion.lock();
    try {
      int next = batch.collectCold(table, page, end, minAge, share);
      int demoted = batch.demoteWithoutDisplacing();
      pressure.compactIfFragmented();
      return ((long) next << Integer.SIZE) | demoted;
    } finally {
      demotion.unlock();
    }
  }

  /**
   * Demotes what can be demoted among {@code count} pages from {@code page}. Pages in use are left
   * alone; nobody waits for this call.
   *
   * @return pages demoted
   */
  public long demote(PageTable table, int page, int count) {
    int mark = locked(pressure::mark);
    long demoted = 0;
    int batches = 0;
    for (int p = page, end = page + count; p < end; batches++) {
      demotion.lock();
      try {
        p = batch.collect(table, p, end);
        demoted += batch.demote(mark);
      } finally {
        demotion.unlock();
      }
    }
    // Last, because what was demoted has filled holes that pages restored meanwhile had left.
    compactIfFragmented(batches);
    return demoted;
  }

  /** At most so many slices of compaction, each under the lock for itself. */
  private void compactIfFragmented(int slices) {
    boolean fragmented = true;
    for (int i = 0; i < slices && fragmented; i++) {
      demotion.lock();
      try {
        fragmented = pressure.compactIfFragmented();
      } finally {
        demotion.unlock();
      }
    }
  }

  /** Sets whole pages to zero and gives their memory back. */
  public void discard(PageTable table, int page, int count) {
    for (int p = page, end = page + count; p < end; ) {
      int from = p;
      demotion.lock();
      try {
        p = batch.collectAll(table, p, end);
        batch.discard();
        dropEvicted(table, from, p);
      } finally {
        demotion.unlock();
      }
    }
    zeroWhatRemains(table, page, count);
  }

  /** Turns evicted pages into zero pages. Under the demotion lock. */
  private void dropEvicted(PageTable table, int from, int to) {
    for (int p = from; p < to; p++) {
      byte state = table.state(p);
      if (PageState.isEvicted(state) && table.cas(p, state, restoring(state))) {
        long entry = table.entries[p];
        table.entries[p] = 0;
        table.publish(p, PageState.EVICTED);
        if (PageState.hasCopy(state)) {
          dropCopy(entry);
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

  /**
   * Gives back what accesses freed in the pool since the last demotion, and takes one slice of
   * compaction if there are too many holes.
   */
  public void tidyPool() {
    demotion.lock();
    try {
      pool.drainFreed();
      pressure.compactIfFragmented();
    } finally {
      demotion.unlock();
    }
  }

  /** Moves live pool objects out of sparse slabs; returns objects moved. */
  public int compact(int maxMoves) {
    return locked(() -> pressure.compact(maxMoves));
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

  /** Drops the compressed copy of a resident page. Under the demotion lock. */
  boolean dropCleanCopy(PageTable table, int page) {
    byte state = table.state(page);
    if (!PageState.isResident(state) || !PageState.hasCopy(state)) {
      return false;
    }
    byte next = (byte) ((state & ~PageState.COPY) | PageState.DIRTY);
    if (!table.cas(page, state, next)) {
      return false; // written just now, which drops the copy as well
    }
    dropCopy(table.entries[page]);
    return true;
  }

  /** Moves one pool object, if its page still is where the pool saw it. Under the demotion lock. */
  boolean relocate(long globalPage, long oldHandle, long newHandle, int length) {
    PageTable table = regions.find(globalPage);
    if (table == null) {
      PoolTenant other = tenant;
      return other != null && other.relocate(globalPage, oldHandle, newHandle, length);
    }
    int page = (int) (globalPage - table.firstPage);
    byte state = table.state(page);
    if (PageState.isResident(state) && PageState.hasCopy(state)) {
      // Not worth moving: the free list takes the copy, and the slab empties all the same.
      dropCleanCopy(table, page);
      return false;
    }
    if (!PageState.isEvicted(state)
        || !PageState.hasCopy(state)
        || !table.cas(page, state, restoring(state))) {
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

  // --- close ----------------------------------------------------------------------------------

  /**
   * Closes every page of a region and waits until no access is in flight: afterwards its memory may
   * be unmapped.
   */
  public void close(PageTable table) {
    demotion.lock();
    try {
      for (int p = 0; p < table.pageCount; p++) {
        closePage(table, p);
      }
      awaitBarrierOrHandshake();
      Backoff backoff = new Backoff();
      while (pins.isAnyPinned(table)) {
        backoff.pause();
      }
      regions.remove(table);
      dense.forget(table);
    } finally {
      demotion.unlock();
    }
  }

  /** Memory that is about to be unmapped needs a barrier that cannot fail. */
  private void awaitBarrierOrHandshake() {
    try {
      barrier.await();
    } catch (ErrnoException _) {
      ProcessBarrier.handshake().await();
    }
  }

  private void closePage(PageTable table, int page) {
    while (true) {
      byte state = table.state(page);
      if (PageState.code(state) == PageState.RESTORING) {
        awaitChange(table, page, state);
      } else if (table.cas(page, state, PageState.CLOSED)) {
        if (PageState.hasCopy(state)) {
          dropCopy(table.entries[page]);
        }
        if (!PageState.isEvicted(state)
            && state != PageState.CLOSED
            && !table.isFresh(page, state)) {
          resident.add(-1);
        }
        return;
      }
    }
  }

  /** Frees what demotion uses. All regions must be closed. */
  @Override
  public void close() {
    dense.close();
    demotion.lock();
    try {
      batch.close();
      codecs.close();
    } finally {
      demotion.unlock();
    }
  }

  private int locked(IntSupplier action) {
    demotion.lock();
    try {
      return action.getAsInt();
    } finally {
      demotion.unlock();
    }
  }
}
