package io.predicomp.arena.transparent;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.Lz4Codec;
import io.predicomp.arena.codec.Lz4HcCodec;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemoteBatchEvent;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageCensus;
import io.predicomp.arena.page.PageChecksum;
import io.predicomp.arena.page.PageEntry;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PoolPressure;
import io.predicomp.arena.page.PoolTenant;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.fault.FaultBatch;
import io.predicomp.os.fault.FaultCounter;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Moves pages of transparent memory: decides and stores here, while every transition of a page is
 * the fault kernel's. Eviction, compaction and close take the demotion lock of checked mode,
 * because the pool has one owner; faults, restores and pins take no lock.
 *
 * <p>Between begin and commit pages are in {@code CPRS}, a state nobody waits for, so this thread
 * may be stopped there as long as the JVM likes.
 *
 * <p>Thread-safe.
 */
public final class TransparentMover implements PoolTenant, AutoCloseable {
  /** What a mover is made of. */
  public record Parts(
      PageMover mover,
      CompressedPool pool,
      PageCodec codec,
      AdmissionPolicy admission,
      boolean checksums,
      int pageBytes) {}

  private static final byte CODEC = 0;

  /** What the histogram of checked mode, to which this one is added, can hold. */
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final CompressedPool pool;
  private final PageCodec codec;
  private final AdmissionPolicy admission;
  private final boolean checksums;
  private final int pageBytes;
  private final ReentrantLock demotion;
  private final PoolPressure pressure;
  private final MoverCounters counters;
  private final IntToLongFunction pageNumbers;
  private final long nativePool;
  private final long nativeCounters;

  /** By the number of their first page. */
  private final ConcurrentSkipListMap<Long, TransparentRegion> regions =
      new ConcurrentSkipListMap<>();

  // Used by the holder of the demotion lock.
  private final FaultBatch batch = new FaultBatch();
  private final boolean[] stored = new boolean[FaultBatch.CAPACITY];
  private final long[] entries = new long[FaultBatch.CAPACITY];
  private final byte[] decided = new byte[FaultBatch.CAPACITY];
  private final Mapping copy;
  private final Mapping payload;

  /** Where the search for clean copies goes on: a global page number. */
  private long hand;

  /**
   * Makes the process and a pool ready.
   *
   * @param pageNumbers gives that many arena-global page numbers, the first of which it returns
   * @throws UnsupportedOperationException if transparent mode cannot be used here, or not with that
   *     codec; the message names reason and remedy
   */
  public TransparentMover(Parts parts, IntToLongFunction pageNumbers) {
    obstacle(parts.codec())
        .ifPresent(
            reason -> {
              throw new UnsupportedOperationException("transparent mode cannot be used: " + reason);
            });
    FaultKernel.open();
    this.pool = parts.pool();
    this.codec = parts.codec();
    this.admission = parts.admission();
    this.checksums = parts.checksums();
    this.pageBytes = parts.pageBytes();
    this.demotion = parts.mover().demotionLock();
    this.pressure = parts.mover().pressure();
    this.counters = parts.mover().counters();
    this.pageNumbers = pageNumbers;
    this.copy = Mapping.anonymous(pageBytes);
    this.payload = Mapping.anonymous(pageBytes);
    this.nativePool = FaultKernel.openPool(pool.memory().address(), pageBytes);
    this.nativeCounters = FaultKernel.counters(nativePool);
    FaultKernel.setCodec(nativePool, CODEC, FaultKernel.Decoder.LZ4, 0, 0);
    updateKeepCopies();
    parts.mover().admit(this);
  }

  /** What keeps a mover with that codec from working here, with the remedy; or nothing. */
  public static Optional<String> obstacle(PageCodec codec) {
    if (!(codec instanceof Lz4Codec || codec instanceof Lz4HcCodec)) {
      return Optional.of(
          "pages are restored in a signal handler by LZ4 only, not by "
              + codec.name()
              + "; use lz4 or lz4hc");
    }
    return FaultKernel.probe() instanceof ProbeResult.Unsupported(String reason, String remedy)
        ? Optional.of(reason + "; " + remedy)
        : Optional.empty();
  }

  // --- regions ----------------------------------------------------------------------------------

  /**
   * Maps zeroed memory.
   *
   * @param pages at least 1
   * @throws ErrnoException if the kernel refuses
   */
  public TransparentRegion open(int pages) {
    long firstPage = pageNumbers.applyAsLong(pages);
    FaultKernel.RegionNumbers numbers =
        FaultKernel.openRegion(nativePool, (long) pages * pageBytes, checksums, firstPage);
    try {
      TransparentRegion region = new TransparentRegion(numbers, pageBytes, pages, firstPage);
      regions.put(region.firstPage, region);
      return region;
    } catch (Throwable t) {
      FaultKernel.closeRegion(numbers.handle());
      throw t;
    }
  }

  /** Unmaps a region that no segment can reach any more. */
  public void close(TransparentRegion region) {
    demotion.lock();
    try {
      if (regions.remove(region.firstPage) != null) {
        FaultKernel.closeRegion(region.handle);
      }
    } finally {
      demotion.unlock();
    }
  }

  public int pageBytes() {
    return pageBytes;
  }

  // --- eviction ---------------------------------------------------------------------------------

  /** Demotes what can be demoted of all regions; returns pages. */
  public long demoteAll() {
    long demoted = 0;
    for (TransparentRegion region : regions.values()) {
      demoted += demote(region, 0, region.pageCount);
    }
    return demoted;
  }

  /** Demotes what can be demoted of some pages; returns how many. */
  public long demote(TransparentRegion region, int first, int count) {
    long demoted = 0;
    int mark = locked(pressure::mark);
    for (int p = first, end = first + count; p < end; p += FaultBatch.CAPACITY) {
      demotion.lock();
      try {
        if (regions.get(region.firstPage) != region) {
          return demoted; // closed meanwhile
        }
        demoted += demoteBatch(region, p, Math.min(FaultBatch.CAPACITY, end - p), mark);
        pressure.compactIfFragmented();
        updateKeepCopies();
      } finally {
        demotion.unlock();
      }
    }
    return demoted;
  }

  private int demoteBatch(TransparentRegion region, int first, int count, int mark) {
    DemoteBatchEvent event = DemoteBatchEvent.beginIfEnabled();
    pool.drainFreed();
    pressure.reserve(count);
    int candidates = FaultKernel.begin(region.handle, first, count, batch);
    boolean complete = false;
    try {
      for (int i = 0; i < count; i++) {
        stored[i] = false;
        decide(region, i, first + i, mark);
      }
      complete = true;
    } finally {
      if (!complete) {
        abort(count);
      }
      FaultKernel.commit(region.handle, first, count, batch);
    }
    counters.demoteAttempts.add(candidates);
    int demoted = 0;
    for (int i = 0; i < count; i++) {
      if (account(region, i, first + i)) {
        demoted++;
      }
    }
    if (event != null) {
      event.commit(region.firstPage, candidates, demoted);
    }
    return demoted;
  }

  /** After an error that nobody foresaw: all pages stay in memory. */
  private void abort(int count) {
    for (int i = 0; i < count; i++) {
      batch.decide(i, FaultBatch.ABORT, 0, 0);
      freeStored(i);
    }
  }

  private void decide(TransparentRegion region, int i, int page, int mark) {
    long word = batch.word(i);
    entries[i] = 0;
    int checksum = 0;
    byte action = FaultBatch.ABORT;
    if (word != 0 && FaultPage.kind(word) != FaultPage.NONE) {
      action = FaultBatch.CLEAN;
    } else if (word != 0) {
      counters.compressAttempts.increment();
      // A copy, because a writer may take the page back and write while the codec reads.
      long at = copy.address();
      MemorySegment.copy(AddressSpace.ALL, region.address(page), AddressSpace.ALL, at, pageBytes);
      if (SameFilled.isSameFilled(AddressSpace.ALL, at, pageBytes)) {
        entries[i] = SameFilled.firstWord(AddressSpace.ALL, at);
        action = FaultBatch.SAME;
      } else if (!pressure.admits()) {
        counters.keptPoolFull.increment();
      } else {
        checksum = checksums ? PageChecksum.of(at, pageBytes) : 0;
        action = compress(region, i, page, mark);
      }
    }
    decided[i] = action;
    batch.decide(i, action, entries[i], checksum);
  }

  private byte compress(TransparentRegion region, int i, int page, int mark) {
    int capacity = admission.mostPayloadBytes(pageBytes);
    int length =
        codec.compress(
            AddressSpace.ALL,
            copy.address(),
            pageBytes,
            AddressSpace.ALL,
            payload.address(),
            capacity);
    if (length <= 0) {
      counters.keptSmallGain.increment();
      return FaultBatch.REJECT;
    }
    long handle = pressure.store(region.firstPage + page, payload.address(), length, mark);
    if (handle < 0) {
      counters.keptPoolFull.increment();
      return FaultBatch.ABORT;
    }
    entries[i] = PageEntry.of(CODEC, length, handle);
    stored[i] = true;
    return FaultBatch.BLOCK;
  }

  private boolean account(TransparentRegion region, int i, int page) {
    switch (batch.outcome(i)) {
      case FaultBatch.DEMOTED -> {
        counters.demoted.increment();
        switch (decided[i]) {
          case FaultBatch.CLEAN -> counters.demotedClean.increment();
          case FaultBatch.SAME -> counters.demotedSameFilled.increment();
          default -> counters.demotedCompressed.increment();
        }
        region.demotedAt[page] = pressure.demoted(region.firstPage + page);
        return true;
      }
      case FaultBatch.RESCUED -> {
        counters.keptRescued.increment();
        freeStored(i);
      }
      case FaultBatch.DISCARD_FAILED -> counters.keptDiscardFailed.increment();
      default -> {}
    }
    return false;
  }

  private void freeStored(int i) {
    if (stored[i]) {
      pool.free(PageEntry.handle(entries[i]), PageEntry.length(entries[i]));
      stored[i] = false;
    }
  }

  private void updateKeepCopies() {
    FaultKernel.setKeepCopies(
        nativePool, admission.keepsCleanCopies(pool.poolBytes(), pool.limitBytes()));
  }

  // --- restores and pins: any thread, no lock ---------------------------------------------------

  /**
   * Restores the pages of a range.
   *
   * @return how many were restored; 0 if the memory is gone
   * @throws CorruptPageException if content cannot be had; the page stays compressed
   */
  public long restore(TransparentRegion region, long address, long bytes) {
    long result =
        FaultKernel.restore(
            address, bytes, admission.keepsCleanCopies(pool.poolBytes(), pool.limitBytes()));
    if (result == -Errno.ENOENT.number()) {
      return 0;
    }
    check("predicomp_fault_restore", result, region, address, bytes);
    counters.requestedRestores.add(result);
    return result;
  }

  /**
   * Keeps the pages of a range in memory.
   *
   * @throws CorruptPageException if content cannot be had; nothing is pinned
   * @throws ErrnoException if there is no memory for a page, or no room for another pin
   */
  public void pin(TransparentRegion region, long address, long bytes, boolean writable) {
    check("predicomp_fault_pin", FaultKernel.pin(address, bytes, writable), region, address, bytes);
  }

  /** Ends one {@link #pin} of exactly that range. */
  public void unpin(long address, long bytes) {
    FaultKernel.unpin(address, bytes);
  }

  private static void check(
      String call, long result, TransparentRegion region, long address, long bytes) {
    if (result == -Errno.EIO.number()) {
      throw new CorruptPageException(
          (int) ((address - region.base) / region.pageBytes),
          "it, or another of the " + bytes + " bytes asked for, is not what was written");
    }
    if (result < 0) {
      throw new ErrnoException(
          call, (int) -result, "address=0x" + Long.toHexString(address) + ", bytes=" + bytes);
    }
  }

  // --- the pool's view, under the demotion lock -------------------------------------------------

  private @Nullable TransparentRegion find(long globalPage) {
    Map.Entry<Long, TransparentRegion> entry = regions.floorEntry(globalPage);
    return entry == null || globalPage >= entry.getKey() + entry.getValue().pageCount
        ? null
        : entry.getValue();
  }

  @Override
  public boolean relocate(long globalPage, long oldHandle, long newHandle, int length) {
    TransparentRegion region = find(globalPage);
    if (region == null) {
      return false;
    }
    long page = globalPage - region.firstPage;
    long word = region.word(page);
    long entry = region.entry(page);
    if (FaultPage.state(word) == FaultPage.RES_CLEAN && FaultPage.kind(word) == FaultPage.BLOCK) {
      // Not worth moving: the free list takes the copy, and the slab empties all the same.
      FaultKernel.dropCopy(region.handle, page);
      return false;
    }
    if (!TransparentRegion.isCompressed(word) || PageEntry.handle(entry) != oldHandle) {
      return false;
    }
    // A fault may free the old block now, but nobody overwrites it before the owner drains.
    MemorySegment.copy(
        AddressSpace.ALL,
        pool.address(oldHandle),
        AddressSpace.ALL,
        pool.address(newHandle),
        length);
    boolean moved =
        FaultKernel.swap(region.handle, page, word, PageEntry.withHandle(entry, newHandle));
    if (moved) {
      counters.relocations.increment();
    }
    return moved;
  }

  @Override
  public boolean promoteUnderPressure(long globalPage) {
    TransparentRegion region = find(globalPage);
    if (region == null
        || !TransparentRegion.isCompressed(region.word(globalPage - region.firstPage))) {
      return false;
    }
    long address = region.address(globalPage - region.firstPage);
    // A page that is corrupt, or for which there is no memory, stays: it is no victim.
    boolean restored = FaultKernel.restore(address, 1, false) == 1;
    if (restored) {
      counters.pressureRestores.increment();
    }
    return restored;
  }

  @Override
  public boolean isCurrent(long globalPage, int stamp) {
    TransparentRegion region = find(globalPage);
    if (region == null) {
      return false;
    }
    int page = (int) (globalPage - region.firstPage);
    return region.demotedAt[page] == stamp && FaultPage.state(region.word(page)) == FaultPage.COMP;
  }

  @Override
  public int dropCleanCopies(int most) {
    int dropped = 0;
    for (int round = 0; round < 2 && dropped < most; round++) {
      TransparentRegion region = find(hand);
      if (region == null) {
        Long next = regions.ceilingKey(hand);
        region = next == null ? null : regions.get(next);
        hand = next == null ? 0 : next;
      }
      while (region != null && dropped < most) {
        long page = hand - region.firstPage;
        for (; page < region.pageCount && dropped < most; page++) {
          if (FaultKernel.dropCopy(region.handle, page)) {
            dropped++;
          }
        }
        hand = region.firstPage + page;
        Long next = page < region.pageCount ? null : regions.ceilingKey(hand);
        region = next == null ? null : regions.get(next);
        hand = next == null ? hand : next;
      }
      if (dropped < most) {
        hand = 0; // once round
      }
    }
    return dropped;
  }

  // --- statistics -------------------------------------------------------------------------------

  /** What it holds and has done. Reads every page's word, under the demotion lock. */
  public TransparentStats stats() {
    Map<FaultCounter, Long> counts = new EnumMap<>(FaultCounter.class);
    for (FaultCounter counter : FaultCounter.values()) {
      counts.put(counter, FaultKernel.counter(nativeCounters, counter));
    }
    Histogram stalls = new Histogram(2);
    for (int bucket = 0; bucket < FaultKernel.STALL_BUCKETS; bucket++) {
      long n = FaultKernel.stalls(nativeCounters, bucket);
      if (n > 0) {
        stalls.recordValueWithCount(Math.min(FaultKernel.stallNanos(bucket), LONGEST_NANOS), n);
      }
    }
    PageCensus census = PageCensus.NONE;
    long metadata = 0;
    demotion.lock();
    try {
      for (TransparentRegion region : regions.values()) {
        census = census.plus(census(region));
        metadata += region.metadataBytes(checksums);
      }
    } finally {
      demotion.unlock();
    }
    return new TransparentStats(census, counts, stalls, metadata);
  }

  private static PageCensus census(TransparentRegion region) {
    long compressed = 0;
    long sameFilled = 0;
    long copies = 0;
    long rejected = 0;
    for (int page = 0; page < region.pageCount; page++) {
      long word = region.word(page);
      int kind = FaultPage.kind(word);
      if (FaultPage.state(word) == FaultPage.COMP) {
        compressed += kind == FaultPage.BLOCK ? 1 : 0;
        sameFilled += kind == FaultPage.SAME ? 1 : 0;
      } else if (FaultPage.state(word) == FaultPage.RES_CLEAN) {
        copies += kind == FaultPage.BLOCK ? 1 : 0;
        rejected += kind == FaultPage.REJECTED ? 1 : 0;
      }
    }
    long outside = compressed + sameFilled;
    long resident =
        Math.min(
            region.pageCount - outside,
            Math.ceilDiv(residentBytes(region), (long) region.pageBytes));
    long fresh = region.pageCount - outside - resident;
    return new PageCensus(
        region.pageCount, fresh, resident, compressed, sameFilled, copies, rejected);
  }

  /** What of a page that was never touched is in memory, only the kernel knows. */
  private static long residentBytes(TransparentRegion region) {
    try (Arena view = Arena.ofConfined()) {
      return Residency.residentBytes(AddressSpace.view(region.base, region.byteSize(), view));
    }
  }

  /** Frees what eviction uses. All regions must be closed. */
  @Override
  public void close() {
    demotion.lock();
    try {
      FaultKernel.closePool(nativePool);
      batch.close();
      copy.close();
      payload.close();
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
