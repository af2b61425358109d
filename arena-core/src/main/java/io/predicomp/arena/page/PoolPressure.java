package io.predicomp.arena.page;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.event.PoolCompactionEvent;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.pool.Relocator;
import io.predicomp.os.address.AddressSpace;

/**
 * Finds room in the pool: drops the copies of pages that are resident anyway, compacts, and then
 * either takes the least recently used compressed pages back to memory or closes the pool to
 * newcomers until it is well below its limit. Used by the holder of the demotion lock only.
 */
public final class PoolPressure {
  /** Copies dropped, and pages moved, in one go. */
  private static final int STEP = 64;

  /**
   * Slices of compaction that gave nothing back after which it is in vain: copies that cannot move,
   * as those of pages not published yet, keep their slabs, and the others may go round in circles.
   */
  private static final int VAIN_SLICES = 16;

  private final PageMover mover;
  private final CompressedPool pool;
  private final boolean restoreLeastRecent;
  private final DemotionOrder order = new DemotionOrder();
  // Kept, so that demoting a page allocates nothing.
  private final DemotionOrder.Validity validity = this::isCurrent;
  private final Relocator relocator;

  private boolean full;

  /** With a budget, which grants more from one moment to the next: when it last was too little. */
  private long refusedAt = -1;

  private boolean displacesNothing;

  /** Where the search for clean copies goes on: an index into the regions, and a page. */
  private int handRegion;

  private int handPage;

  PoolPressure(PageMover mover, boolean restoreLeastRecent) {
    this.mover = mover;
    this.pool = mover.pool;
    this.relocator = mover.copies::relocate;
    this.restoreLeastRecent = restoreLeastRecent;
  }

  /**
   * Begins a demotion call. Pages demoted after the mark are never taken back for others of the
   * same call: it would compress and restore in circles.
   */
  public int mark() {
    if (restoreLeastRecent && !displacesNothing) {
      full = false;
    }
    return order.mark();
  }

  /**
   * Begins a demotion call for up to so many pages, as {@link #mark}. If they are many, the pool
   * keeps what it empties for them until {@link #end}.
   */
  public int begin(int pages) {
    if (fills(pages)) {
      pool.beginFilling();
    }
    boolean begun = false;
    try {
      int mark = mark();
      begun = true;
      return mark;
    } finally {
      if (!begun) {
        end(pages);
      }
    }
  }

  /** Ends what {@link #begin} began, with the same number of pages. */
  public void end(int pages) {
    if (fills(pages)) {
      pool.endFilling();
    }
  }

  /** With a budget, what the pool does not need for one batch is room for pages. */
  private boolean fills(int pages) {
    return pages > PageBatch.CAPACITY && !mover.budget().isLimited();
  }

  /** Whether to leave compressed pages where they are until told otherwise. */
  public void displaceNothing(boolean on) {
    displacesNothing = on;
  }

  /** Whether a compressed page has a chance to be stored; asked before the work of compressing. */
  public boolean admits() {
    if (mover.budget().isLimited()) {
      return refusedAt != situation();
    }
    if (full && mover.admission.reopens(pool.poolBytes(), pool.limitBytes())) {
      full = false;
    }
    return !full;
  }

  /** Stores a payload, making room if it must; returns its handle or a negative number. */
  public long store(long globalPage, long address, int length, int mark) {
    long handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    while (handle < 0 && dropCleanCopies()) {
      handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    }
    for (int vain = 0; handle < 0 && vain < VAIN_SLICES; ) {
      long before = pool.poolBytes();
      if (compact(STEP) == 0) {
        break;
      }
      vain = pool.poolBytes() < before ? 0 : vain + 1;
      handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    }
    while (handle < 0 && restoreLeastRecent && !displacesNothing && restoreOne(mark)) {
      handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    }
    if (mover.budget().isLimited()) {
      refusedAt = handle < 0 ? situation() : -1;
    } else {
      full = handle < 0;
    }
    return handle;
  }

  /** What decides whether a store that was refused would be refused again; not negative. */
  private long situation() {
    return (31 * (31 * pool.heldBelow() + pool.poolBytes()) + pool.fragmentedBytes())
        & Long.MAX_VALUE;
  }

  /**
   * As {@link #store}, but no page is taken back to memory for it, and nothing is compacted: the
   * caller keeps handles of other copies across the call.
   */
  long storeWithoutRestoring(long globalPage, long address, int length) {
    long handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    while (handle < 0 && dropCleanCopies()) {
      handle = pool.store(globalPage, AddressSpace.ALL, address, length);
    }
    return handle;
  }

  /** The stamp of the latest demotion. */
  int latestStamp() {
    return order.mark();
  }

  /** Makes sure that as many calls of {@link #demoted} cannot fail. */
  public void reserve(int pages) {
    if (restoreLeastRecent) {
      order.reserve(pages, validity);
    }
  }

  /** Remembers that a page was demoted; returns its stamp, never 0. */
  public int demoted(long globalPage) {
    return restoreLeastRecent ? order.append(globalPage, validity) : order.stamp();
  }

  /** One bounded slice of compaction, if the pool has more holes than it should; whether it was. */
  public boolean compactIfFragmented() {
    return mover.admission.wantsCompaction(pool.fragmentedBytes(), pool.poolBytes())
        && compact(STEP) > 0;
  }

  int compact(int maxMoves) {
    PoolCompactionEvent event = PoolCompactionEvent.beginIfEnabled();
    pool.drainFreed();
    int moved = pool.compact(relocator, maxMoves);
    pool.drainFreed();
    if (event != null) {
      event.commit(moved, pool.poolBytes(), pool.fragmentedBytes());
    }
    return moved;
  }

  long metadataBytes() {
    return order.metadataBytes();
  }

  private boolean restoreOne(int mark) {
    long page;
    while ((page = order.pollUpTo(mark, validity)) >= 0) {
      PageTable table = mover.regions.find(page);
      PoolTenant tenant = mover.tenant();
      if (table == null && tenant != null && tenant.promoteUnderPressure(page)) {
        pool.drainFreed();
        return true;
      }
      try {
        if (table != null
            && mover.restorer.promoteUnderPressure(table, (int) (page - table.firstPage))) {
          pool.drainFreed();
          return true;
        }
      } catch (CorruptPageException _) {
        // It stays compressed, and whoever needs it will be told; it is no victim.
      }
    }
    return false;
  }

  private boolean isCurrent(long globalPage, int stamp) {
    PageTable table = mover.regions.find(globalPage);
    if (table == null) {
      PoolTenant tenant = mover.tenant();
      return tenant != null && tenant.isCurrent(globalPage, stamp);
    }
    int page = (int) (globalPage - table.firstPage);
    return table.demotedAt[page] == stamp && PageState.isEvicted(table.state(page));
  }

  /** Drops some copies of resident pages; false if a whole round found none. */
  private boolean dropCleanCopies() {
    PageTable[] tables = mover.regions.all();
    int dropped = 0;
    // One more than there are regions: the round ends where it began, in the middle of one.
    for (int i = 0; tables.length > 0 && i <= tables.length && dropped < STEP; i++) {
      if (handRegion >= tables.length) {
        handRegion = 0;
      }
      PageTable table = tables[handRegion];
      while (handPage < table.pageCount && dropped < STEP) {
        if (mover.copies.dropClean(table, handPage++)) {
          dropped++;
        }
      }
      if (handPage >= table.pageCount) {
        handPage = 0;
        handRegion++;
      }
    }
    PoolTenant tenant = mover.tenant();
    if (dropped < STEP && tenant != null) {
      dropped += tenant.dropCleanCopies(STEP - dropped);
    }
    if (dropped > 0) {
      pool.drainFreed();
    }
    return dropped > 0;
  }
}
