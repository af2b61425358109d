package io.predicomp.arena.page;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.VictimPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.memory.PageDiscarder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Moves pages, through its parts, which alone change page states ({@link PageTable#cas} says which
 * these are, and a test holds it): {@link PageRestorer} brings pages back and serves the slow path
 * of {@link PinSlot}, without a lock; everything else runs under one lock, the demotion lock, which
 * accesses take only where the budget is full ({@link BudgetRoom}). {@link DemotionBatch} takes
 * pages out of memory, {@link PoolPressure} makes room in the pool, {@link CompressedCopies} ends
 * and moves copies, {@link Recompressor} exchanges them for denser ones, {@link PageDiscard} and
 * {@link RegionClose} end contents, {@link TouchHarvest} takes touched marks away.
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
      Budget budget,
      DenseTierPolicy denseTier,
      int pageBytes) {}

  final CompressedPool pool;

  /** Compresses what is demoted. */
  final PageCodec codec;

  final PageCodecs codecs;
  final AdmissionPolicy admission;
  final ProcessBarrier barrier;
  final PageDiscarder discarder;
  final PinRegistry pins = new PinRegistry();
  final DemandStall stall = new DemandStall(pins.threads()::active);
  final RegionDirectory regions = new RegionDirectory();
  final MoverCounters counters = new MoverCounters();
  final NeedLog needs = new NeedLog(regions);
  final BudgetLedger ledger;

  /** Held by whoever demotes, discards, compacts or closes. */
  final DemotionLock demotion;

  final CompressedCopies copies;
  final PrefetchedCopies prefetchedCopies = new PrefetchedCopies(counters);
  final PageRestorer restorer;
  final PoolPressure pressure;
  final BudgetRoom room;
  private final DemotionBatch batch;
  private final PageDiscard discard;
  private final RegionClose regionClose;
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
    this.ledger = new BudgetLedger(parts.budget(), parts.pageBytes());
    this.demotion = new DemotionLock(pool, ledger);
    demotion.settle(); // the pool's tables
    this.copies = new CompressedCopies(this);
    this.pressure = new PoolPressure(this, parts.restoreLeastRecentWhenFull());
    this.batch = new DemotionBatch(this, pressure, parts.pageBytes());
    this.room =
        new BudgetRoom(
            this, new BudgetSweep(this, batch), new BudgetSqueeze(this, parts.denseTier()));
    this.restorer = new PageRestorer(this);
    this.discard = new PageDiscard(this, batch);
    this.regionClose = new RegionClose(this);
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
    return ledger.pages();
  }

  // --- the resident budget ----------------------------------------------------------------------

  /** What resident pages and pool together may take. */
  public Budget budget() {
    return ledger.budget();
  }

  public BudgetCounters budgetCounters() {
    return room.counters();
  }

  /** What resident pages and pool take of the budget, in bytes; 0 without one. */
  public long heldBytes() {
    return ledger.heldBytes();
  }

  /** The most that they took at any moment. */
  public long highestHeldBytes() {
    return ledger.highestBytes();
  }

  /** Demotes some pages because of the budget, before an access has to; returns how many. */
  public int demoteForBudget() {
    return room.demoteAhead();
  }

  /** Demotes until the arena is within its budget again; false if it cannot be. */
  public boolean returnWithinBudget() {
    return room.returnWithin();
  }

  // --- the same, for memory whose faults enter their pages themselves ----------------------------

  /** Address of the bytes held, and behind them the most that ever were. */
  public long ledgerAddress() {
    return ledger.address();
  }

  /** Whether there is room for one more page. */
  public boolean hasRoom() {
    boolean taken = ledger.tryTake(1);
    ledger.give(taken ? 1 : 0);
    return taken;
  }

  /**
   * Makes room for so many pages, demoting others if it must, for whoever enters them right after.
   *
   * @return false if it cannot be
   */
  public boolean makeRoom(long pages) {
    long taken = 0;
    try {
      while (taken < pages && room.takeForRestore()) {
        taken++;
      }
      return taken == pages;
    } finally {
      ledger.give(taken);
    }
  }

  /** Demotes some pages because faults find no room; returns how many. */
  public int demoteForFaults() {
    return room.demoteForFaults();
  }

  /** Pages to demote before this is asked again, {@code most} at most. Under the demotion lock. */
  public int budgetPages(int most) {
    demotion.settle();
    return ledger.growthPages(most);
  }

  // --- another mode beside this one -------------------------------------------------------------

  /** Lets pages into the pool that have no table here; once. */
  public void admit(PoolTenant other) {
    demotion.lock();
    try {
      codecs.tell(other);
      tenant = other;
    } finally {
      demotion.unlock();
    }
  }

  /** The regions that the dense tier works on. */
  DensePages[] densePages() {
    PoolTenant other = tenant;
    DensePages[] mine = regions.all();
    DensePages[] more = other == null ? new DensePages[0] : other.regions();
    DensePages[] all = Arrays.copyOf(mine, mine.length + more.length, DensePages[].class);
    System.arraycopy(more, 0, all, mine.length, more.length);
    return all;
  }

  /** Whether a region is open; it stays so while the caller holds the demotion lock. */
  boolean isOpen(DensePages pages) {
    PoolTenant other = tenant;
    return regions.find(pages.firstPage()) != null || (other != null && other.isOpen(pages));
  }

  @Nullable PoolTenant tenant() {
    return tenant;
  }

  /** What whoever evicts pages holds, and whoever uses the owner side of the pool. */
  public DemotionLock demotionLock() {
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
    return pressure.metadataBytes() + needs.metadataBytes();
  }

  /** Adds a region's pages. */
  public void add(PageTable table) {
    table.setMover(this);
    needs.regionAdded();
    regions.add(table);
  }

  // --- promotion ------------------------------------------------------------------------------

  /**
   * Restores the evicted pages among {@code count} pages from {@code page}, in address order, as
   * far as the budget has room for all of them together.
   *
   * @return pages restored by this call
   */
  public long restore(PageTable table, int page, int count) {
    return restorer.restore(table, page, count);
  }

  /** Brings one page back because somebody expects that it will be needed soon. */
  public PrefetchOutcome prefetch(PageTable table, int page) {
    return restorer.prefetch(table, page);
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
      ledger.give(TouchHarvest.harvest(table, page, page + count, epochs, observer));
    } finally {
      demotion.unlock();
    }
  }

  /**
   * Makes pages in memory as young as if they had been accessed just now, because something else
   * than a mark says so. Holds the demotion lock, so ranges should be small.
   *
   * @return pages that were older
   */
  public int rejuvenate(PageTable table, int page, int count) {
    demotion.lock();
    try {
      return TouchHarvest.rejuvenate(table, page, page + count);
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

  /** See {@link AgedRegion#demoteCold}. */
  int demoteCold(PageTable table, int page, int end, VictimPolicy victims, DemotionTally tally) {
    demotion.lock();
    try {
      int next = batch.collectCold(table, page, end, victims);
      int candidates = batch.size();
      tally.set(candidates, batch.demoteWithoutDisplacing());
      pressure.compactIfFragmented();
      return next;
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
    int mark = begin(count);
    long demoted = 0;
    int batches = 0;
    try {
      for (int p = page, end = page + count; p < end; batches++) {
        demotion.lock();
        try {
          p = batch.collect(table, p, end);
          demoted += batch.demote(mark);
        } finally {
          demotion.unlock();
        }
      }
    } finally {
      end(count);
    }
    // Last, because what was demoted has filled holes that pages restored meanwhile had left.
    compactIfFragmented(batches);
    return demoted;
  }

  private int begin(int pages) {
    demotion.lock();
    try {
      return pressure.begin(pages);
    } finally {
      demotion.unlock();
    }
  }

  private void end(int pages) {
    demotion.lock();
    try {
      pressure.end(pages);
    } finally {
      demotion.unlock();
    }
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
    discard.discard(table, page, count);
  }

  /**
   * Gives back what accesses freed in the pool since the last demotion, and takes one slice of
   * compaction if there are too many holes.
   */
  public void tidyPool() {
    demotion.lock();
    try {
      pool.drainFreed();
      prefetchedCopies.judge();
      pressure.compactIfFragmented();
    } finally {
      demotion.unlock();
    }
  }

  /** Moves live pool objects out of sparse slabs; returns objects moved. */
  public int compact(int maxMoves) {
    demotion.lock();
    try {
      return pressure.compact(maxMoves);
    } finally {
      demotion.unlock();
    }
  }

  // --- close ----------------------------------------------------------------------------------

  /**
   * Closes every page of a region and waits until no access is in flight: afterwards its memory may
   * be unmapped.
   */
  public void close(PageTable table) {
    regionClose.close(table);
  }

  /**
   * Frees what demotion uses, and the pool. All regions must be closed. Under the lock, because a
   * demotion of pages that are closed by now may be about to give memory of the pool back, and
   * other memory may soon lie there.
   */
  @Override
  public void close() {
    dense.close();
    demotion.lock();
    try {
      batch.close();
      codecs.close();
      pool.close();
    } finally {
      demotion.unlock();
    }
  }
}
