package io.predicomp.arena.transparent;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.page.DemotionLock;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PoolPressure;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.fault.FaultBatch;
import io.predicomp.os.fault.FaultCounter;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.feature.ProbeResult;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves pages of transparent memory: decides and stores here, while every transition of a page is
 * the fault kernel's. Eviction, compaction and close take the demotion lock of checked mode,
 * because the pool has one owner; faults, restores and pins take no lock.
 *
 * <p>Thread-safe.
 */
public final class TransparentMover implements AutoCloseable {
  /**
   * What a mover is made of.
   *
   * @param harvests whether somebody lets pages grow older now and then
   */
  public record Parts(
      PageMover mover,
      CompressedPool pool,
      PageCodec codec,
      AdmissionPolicy admission,
      boolean checksums,
      boolean harvests,
      int pageBytes) {}

  static final int BATCH_PAGES = FaultBatch.CAPACITY;

  private final PageMover pages;
  private final CompressedPool pool;
  private final AdmissionPolicy admission;
  private final boolean checksums;
  private final int pageBytes;
  private final DemotionLock demotion;
  private final PoolPressure pressure;
  private final MoverCounters counters;
  private final DenseTier dense;
  private final IntToLongFunction pageNumbers;
  private final long nativePool;
  private final long nativeCounters;

  /** By the number of their first page. */
  private final ConcurrentSkipListMap<Long, TransparentRegion> regions =
      new ConcurrentSkipListMap<>();

  /** Guarded by itself. */
  private final RegionCache cache = new RegionCache();

  private final TransparentRestores restores;
  private final TransparentEviction eviction;
  private final TransparentTenant tenant;

  /** Set when the pool's counters go. */
  private @Nullable TransparentStats lastStats;

  private final KeptCopies copies = new KeptCopies();
  private int epoch;

  /**
   * Makes the process and a pool ready.
   *
   * @param pageNumbers gives that many arena-global page numbers, the first of which it returns
   * @throws UnsupportedOperationException if transparent mode cannot be used here, or not with that
   *     codec; the message names reason and remedy
   * @throws OutOfMemoryError if there is no memory for what its faults need
   * @throws ErrnoException if the kernel refuses memory; nothing is left over then, as always
   */
  public TransparentMover(Parts parts, IntToLongFunction pageNumbers) {
    obstacle(parts.codec())
        .ifPresent(
            reason -> {
              throw new UnsupportedOperationException("transparent mode cannot be used: " + reason);
            });
    FaultKernel.open();
    this.pages = parts.mover();
    this.pool = parts.pool();
    this.admission = parts.admission();
    this.checksums = parts.checksums();
    this.pageBytes = parts.pageBytes();
    this.demotion = pages.demotionLock();
    this.pressure = pages.pressure();
    this.counters = pages.counters();
    this.dense = pages.denseTier();
    this.pageNumbers = pageNumbers;
    this.restores = new TransparentRestores(pages, pageBytes, this::keepsCopiesAhead);
    this.eviction = new TransparentEviction(parts);
    long opened = 0;
    try {
      opened = FaultKernel.openPool(pool.memory().address(), pageBytes);
      this.nativePool = opened;
      this.nativeCounters = FaultKernel.counters(nativePool);
      Budget budget = pages.budget();
      if (budget.isLimited()) {
        FaultKernel.setBudget(
            nativePool, pages.ledgerAddress(), budget.admissionBytes(), budget.limitBytes());
      }
      updateKeepCopies();
      TransparentSweep sweep = new TransparentSweep(this, regions, !parts.harvests());
      this.tenant = new TransparentTenant(pages, pool, regions, nativePool, sweep);
      pages.admit(tenant); // last: from here on others use it
    } catch (Throwable t) {
      if (opened != 0) {
        FaultKernel.closePool(opened);
      }
      eviction.close();
      throw t;
    }
  }

  /** What keeps a mover with that codec from working here, with the remedy; or nothing. */
  public static Optional<String> obstacle(PageCodec codec) {
    if (!Decoders.know(codec)) {
      return Optional.of(
          "pages are restored in a signal handler, which cannot call "
              + codec.name()
              + "; use "
              + Decoders.KNOWN);
    }
    return FaultKernel.probe() instanceof ProbeResult.Unsupported(String reason, String remedy)
        ? Optional.of(reason + "; " + remedy)
        : Optional.empty();
  }

  // --- regions ----------------------------------------------------------------------------------

  /**
   * Maps zeroed memory, or takes a mapping that was closed ({@link TransparentRegion#zero}).
   *
   * @param pages at least 1
   * @throws ErrnoException if the kernel refuses
   */
  public TransparentRegion open(int pages) {
    TransparentRegion kept;
    synchronized (cache) {
      kept = cache.take(pages);
    }
    if (kept != null) {
      return add(kept.numbers, pages, kept.firstPage, true);
    }
    long firstPage = pageNumbers.applyAsLong(pages);
    FaultKernel.RegionNumbers numbers =
        FaultKernel.openRegion(nativePool, (long) pages * pageBytes, checksums, firstPage);
    return add(numbers, pages, firstPage, false);
  }

  /** Takes a mapping in, or unmaps it if there is no memory for that. */
  private TransparentRegion add(
      FaultKernel.RegionNumbers numbers, int count, long firstPage, boolean recycled) {
    TransparentRegion region = null;
    try {
      region =
          new TransparentRegion(this, numbers, pageBytes, count, firstPage, checksums, recycled);
      region.registered = pages.budget().isLimited();
      regions.put(firstPage, region);
      return region;
    } catch (Throwable t) {
      demotion.lock();
      try {
        if (region != null) {
          regions.remove(firstPage, region); // it may be there for all that
        }
        FaultKernel.closeRegion(numbers.handle());
      } finally {
        demotion.unlock();
      }
      throw t;
    }
  }

  /** Unmaps a region that no segment can reach any more. */
  public void close(TransparentRegion region) {
    demotion.lock();
    try {
      if (regions.remove(region.firstPage) == null) {
        return;
      }
      if (!cache.takes(region)) {
        FaultKernel.closeRegion(region.handle);
        pool.drainFreed();
        dense.forget(region);
        return;
      }
    } finally {
      demotion.unlock();
    }
    TransparentRegion overflow;
    synchronized (cache) {
      cache.put(region);
      overflow = cache.overflow();
    }
    if (overflow != null) {
      FaultKernel.closeRegion(overflow.handle);
    }
  }

  /** Unmaps one of the mappings kept for others; false if there is none. */
  boolean unmapKept() {
    TransparentRegion region;
    synchronized (cache) {
      region = cache.poll();
    }
    if (region == null) {
      return false;
    }
    FaultKernel.closeRegion(region.handle);
    return true;
  }

  public int pageBytes() {
    return pageBytes;
  }

  // --- eviction ---------------------------------------------------------------------------------

  /** Demotes what can be demoted of all regions; returns pages. */
  public long demoteAll() {
    while (unmapKept()) {
      // Memory is wanted back.
    }
    long demoted = 0;
    for (TransparentRegion region : regions.values()) {
      demoted += demote(region, 0, region.pageCount);
    }
    return demoted;
  }

  /** Demotes what can be demoted of some pages; returns how many. */
  public long demote(TransparentRegion region, int first, int count) {
    long demoted = 0;
    DemotionTally tally = new DemotionTally();
    int mark = locked(() -> pressure.begin(count));
    try {
      for (int p = first, end = first + count; p < end; p += BATCH_PAGES) {
        demotion.lock();
        try {
          if (!isOpen(region)) {
            return demoted;
          }
          int pagesNow = Math.min(BATCH_PAGES, end - p);
          demoted += demotePages(region, p, pagesNow, mark, false, tally).demoted();
          pressure.compactIfFragmented();
          updateKeepCopies();
        } finally {
          demotion.unlock();
        }
      }
      return demoted;
    } finally {
      demotion.lock();
      try {
        pressure.end(count);
      } finally {
        demotion.unlock();
      }
    }
  }

  /** Up to {@value #BATCH_PAGES} pages: fewer at a time where the budget has no room for more. */
  private DemotionTally demotePages(
      TransparentRegion region,
      int first,
      int count,
      int mark,
      boolean onProbation,
      DemotionTally tally) {
    int candidates = 0;
    int demoted = 0;
    // What the pool has refused once it refuses again, and looks for room each time.
    for (int p = first, end = first + count, now;
        p < end && (p == first || poolAdmits());
        p += now) {
      now = pages.budgetPages(end - p);
      demoted += eviction.demote(region, p, now, mark);
      candidates += eviction.candidates();
    }
    ClusterAges ages = region.ages;
    for (int c = ages.clusterOf(first); c <= ages.clusterOf(first + count - 1); c++) {
      counters.prefetchesWasted.add(ages.left(c, region.absent(c), onProbation));
    }
    tally.set(candidates, demoted);
    return tally;
  }

  /** Whether a page that compresses has a chance to be stored. Under the demotion lock. */
  boolean poolAdmits() {
    return pressure.admits();
  }

  /** Demotes whole clusters without making room in the pool at the cost of other pages. */
  void demoteClusters(
      TransparentRegion region, int cluster, int count, boolean onProbation, DemotionTally tally) {
    int first = region.ages.firstPage(cluster);
    int end = Math.min(region.pageCount, region.ages.firstPage(cluster + count));
    underLock(
        region,
        () -> {
          pressure.displaceNothing(true);
          try {
            demotePages(region, first, end - first, pressure.mark(), onProbation, tally);
          } finally {
            pressure.displaceNothing(false);
          }
          pressure.compactIfFragmented();
          updateKeepCopies();
        });
  }

  /** Does something with an open region; nothing with a closed one. */
  void underLock(TransparentRegion region, Runnable action) {
    demotion.lock();
    try {
      if (isOpen(region)) {
        action.run();
      }
    } finally {
      demotion.unlock();
    }
  }

  /** Asks something of an open region; 0 of a closed one. */
  long ifOpen(TransparentRegion region, LongSupplier question) {
    demotion.lock();
    try {
      return isOpen(region) ? question.getAsLong() : 0;
    } finally {
      demotion.unlock();
    }
  }

  /** Faults stamp their clusters with another number from now on. Under the demotion lock. */
  void nextEpoch() {
    FaultKernel.setEpoch(nativePool, ++epoch);
    copies.epoch(
        epoch,
        FaultKernel.counter(nativeCounters, FaultCounter.WRITE_RESTORES),
        FaultKernel.counter(nativeCounters, FaultCounter.COPIES_KEPT),
        FaultKernel.counter(nativeCounters, FaultCounter.WRITE_FAULTS));
    updateKeepCopies();
  }

  private boolean isOpen(TransparentRegion region) {
    return regions.get(region.firstPage) == region;
  }

  private void updateKeepCopies() {
    FaultKernel.setKeepCopies(nativePool, copies.afterFault() && copiesHaveRoom());
  }

  private boolean keepsCopiesAhead() {
    return copies.ahead() && copiesHaveRoom();
  }

  private boolean copiesHaveRoom() {
    return admission.keepsCleanCopies(pool.poolBytes(), pool.limitBytes())
        && (!pages.budget().isLimited() || pages.budget().keepsCleanCopies(pages.heldBytes()));
  }

  /** Restores and pins. */
  public TransparentRestores restores() {
    return restores;
  }

  // --- the budget: the sweep and the keeper ------------------------------------------------------

  /** For the keeper: waits until a fault asks for room, and returns how often that was. */
  long awaitAsked(long asked, long nanos) {
    return FaultKernel.awaitAsked(nativePool, asked, nanos);
  }

  /** For the keeper: demotes a batch and tells whoever waits; returns pages. */
  int serve() {
    boolean found = false;
    try {
      int demoted = pages.demoteForFaults();
      found = demoted > 0 || !wantsDemotion(); // others may have made room, or the pool
      return demoted;
    } finally {
      FaultKernel.served(nativePool, found);
    }
  }

  /** For the keeper: whether less than the low watermark is free. */
  boolean wantsDemotion() {
    return pages.heldBytes() > pages.budget().lowBytes();
  }

  // --- for the background loops -----------------------------------------------------------------

  /** The regions there are. */
  Collection<TransparentRegion> regions() {
    return regions.values();
  }

  /** The region that holds a page, or null if it is closed. */
  @Nullable TransparentRegion find(long globalPage) {
    Map.Entry<Long, TransparentRegion> entry = regions.floorEntry(globalPage);
    return entry == null || globalPage >= entry.getKey() + entry.getValue().pageCount
        ? null
        : entry.getValue();
  }

  MoverCounters counters() {
    return counters;
  }

  /** Where the fault kernel counts. */
  long nativeCounters() {
    return nativeCounters;
  }

  // --- statistics -------------------------------------------------------------------------------

  /** What it holds and has done. Reads every page's word, under the demotion lock. */
  public TransparentStats stats() {
    demotion.lock();
    try {
      TransparentStats last = lastStats;
      return last != null
          ? last
          : TransparentStats.read(nativeCounters, regions.values(), checksums);
    } finally {
      demotion.unlock();
    }
  }

  /** Frees what eviction uses. All regions must be closed. */
  @Override
  public void close() {
    while (unmapKept()) {
      // All of them.
    }
    demotion.lock();
    try {
      lastStats = stats();
      tenant.close();
      FaultKernel.closePool(nativePool);
      eviction.close();
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
