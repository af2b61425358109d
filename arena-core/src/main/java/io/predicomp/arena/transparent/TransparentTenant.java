package io.predicomp.arena.transparent;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.page.DensePages;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageEntry;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PoolTenant;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Transparent pages as the pool sees them. Used by the holder of the demotion lock. */
final class TransparentTenant implements PoolTenant {
  private final PageMover pages;
  private final CompressedPool pool;
  private final MoverCounters counters;
  private final ConcurrentSkipListMap<Long, TransparentRegion> regions;
  private final long nativePool;
  private final long nativeCounters;
  private final TransparentSweep sweep;

  /** Of a closed pool. */
  private volatile long @Nullable [] lastPages;

  private volatile long @Nullable [] lastBytes;

  /** Where the search for clean copies goes on: a global page number. */
  private long hand;

  TransparentTenant(
      PageMover pages,
      CompressedPool pool,
      ConcurrentSkipListMap<Long, TransparentRegion> regions,
      long nativePool,
      TransparentSweep sweep) {
    this.pages = pages;
    this.pool = pool;
    this.counters = pages.counters();
    this.regions = regions;
    this.nativePool = nativePool;
    this.nativeCounters = FaultKernel.counters(nativePool);
    this.sweep = sweep;
  }

  @Override
  public void decodes(int index, @Nullable PageCodec codec) {
    Decoders.set(nativePool, index, codec);
  }

  @Override
  public long droppedPages(int index) {
    long[] last = lastPages;
    return last == null ? FaultKernel.droppedPages(nativeCounters, index) : last[index];
  }

  @Override
  public long droppedBytes(int index) {
    long[] last = lastBytes;
    return last == null ? FaultKernel.droppedBytes(nativeCounters, index) : last[index];
  }

  /** Remembers what was counted; the counters go with the native pool. */
  void close() {
    long[] pages = new long[FaultKernel.CODECS];
    long[] bytes = new long[FaultKernel.CODECS];
    for (int index = 0; index < FaultKernel.CODECS; index++) {
      pages[index] = droppedPages(index);
      bytes[index] = droppedBytes(index);
    }
    lastPages = pages;
    lastBytes = bytes;
  }

  @Override
  public DensePages[] regions() {
    return regions.values().toArray(new DensePages[0]);
  }

  @Override
  public boolean isOpen(DensePages pages) {
    return regions.get(pages.firstPage()) == pages;
  }

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
    // Nobody can be demoted for it: that is what the pool has no room for.
    if (region == null
        || !TransparentRegion.isCompressed(region.word(globalPage - region.firstPage))
        || !pages.hasRoom()) {
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
  public int demoteForBudget() {
    return sweep.demote();
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
}
