package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.CLEAN;
import static io.predicomp.arena.pool.ExtentTable.DIRTY;
import static io.predicomp.arena.pool.ExtentTable.NONE;

import io.predicomp.os.ErrnoException;

/**
 * Who has which units of the space.
 *
 * <pre>
 *            take                                    take
 *   ┌───────────────────── SLAB ◄──────────────────────────────┐
 *   │                       │ free                             │
 *   │                       ▼            release               │
 *  CLEAN ◄──────────── DIRTY (cached) ─────────► CLEAN ─────► fresh (never used, above top)
 *  holds no memory      holds memory                  if it is the last one
 * </pre>
 *
 * An emptied slab becomes a dirty extent: it still holds its memory and is counted, and the next
 * slab of any class may use it without a fault. Dirty extents beyond a small cache are given back
 * in batches, longest first, because one madvise costs more than a store. Neighbours of one kind
 * are always joined.
 */
final class Extents {
  /** Share of the committed units that may stay cached: one in so many. */
  private static final int CACHE_SHARE = 192;

  private static final int LEAST_CACHE = 4;
  private static final int MOST_CACHE = 1024;

  /** Share of the committed units that may be populated before a slab needs them. */
  private static final int AHEAD_SHARE = 256;

  static final int MOST_AHEAD = 15;

  /** Whether many slabs are about to be opened. Owner only. */
  private boolean filling;

  private final ExtentTable table;
  private final PoolMemory memory;
  private final ExtentBins dirty;
  private final ExtentBins clean;
  private final OwnerCounter committedUnits = new OwnerCounter();
  private final OwnerCounter dirtyUnits = new OwnerCounter();
  private final OwnerCounter topUnit = new OwnerCounter();
  private final OwnerCounter maxTop = new OwnerCounter();
  private final OwnerCounter refusals = new OwnerCounter();

  Extents(ExtentTable table, PoolMemory memory) {
    this.table = table;
    this.memory = memory;
    this.dirty = new ExtentBins(table, DIRTY);
    this.clean = new ExtentBins(table, CLEAN);
  }

  /** An extent that already holds memory, or {@link ExtentTable#NONE}. Commits nothing. */
  int takeCached(int units) {
    int id = takeFrom(dirty, units);
    if (id != NONE) {
      dirtyUnits.add(-units);
    }
    return id;
  }

  /**
   * An extent that held no memory until now, or {@link ExtentTable#NONE}. Takes more than asked
   * for, as far as the cache may hold it, or because of {@link #fill}: one call for many units
   * costs less than a fault for each.
   *
   * @param mostUnits that may be committed, at least {@code units}
   */
  int takeUncommitted(int units, long mostUnits) {
    long most = filling ? MOST_AHEAD : committedUnits.get() / AHEAD_SHARE;
    int ahead = Math.clamp(most - dirtyUnits.get(), 0, MOST_AHEAD);
    int wanted = (int) Math.min(units + ahead, mostUnits);
    int id = takeFrom(clean, clean.bestFit(wanted) == NONE ? units : wanted);
    if (id == NONE) {
      int top = top();
      int left = table.layout().units() - top;
      if (units > left) {
        return NONE;
      }
      id = table.create(top, Math.min(wanted, left), CLEAN);
      setTop(top + table.units(id));
    }
    int taken = table.units(id);
    committedUnits.add(taken);
    if (taken > 1) {
      memory.populate(table.offset(id), (long) taken * table.layout().unitBytes());
    }
    if (taken > units) {
      int start = table.start(id);
      table.place(id, start, units);
      free(table.create(start + units, taken - units, DIRTY));
    }
    return id;
  }

  private int takeFrom(ExtentBins bins, int units) {
    int id = bins.bestFit(units);
    if (id == NONE) {
      return NONE;
    }
    bins.remove(id);
    int rest = table.units(id) - units;
    if (rest > 0) {
      int start = table.start(id);
      table.place(id, start, units);
      bins.add(table.create(start + units, rest, DIRTY));
    }
    return id;
  }

  /** Takes back a slab without objects; its memory stays cached. */
  void free(int id) {
    dirtyUnits.add(table.units(id));
    joinAndAdd(id, dirty, DIRTY);
  }

  /**
   * Whether many slabs are about to be opened: what becomes empty meanwhile stays cached for them.
   * Afterwards next to nothing is cached.
   */
  void fill(boolean on) {
    filling = on;
    if (!on) {
      releaseDownTo(LEAST_CACHE);
    }
  }

  /** Gives memory back to the OS once more is cached than is worth keeping. */
  void trim() {
    int most = mostCached();
    if (!filling && dirtyUnits.get() > most) {
      releaseDownTo(most / 2);
    }
  }

  private int mostCached() {
    return Math.clamp(committedUnits.get() / CACHE_SHARE, LEAST_CACHE, MOST_CACHE);
  }

  void releaseAllCached() {
    releaseDownTo(0);
  }

  private void releaseDownTo(int keep) {
    while (dirtyUnits.get() > keep) {
      int id = dirty.longest();
      int units = table.units(id);
      if (!discard(id, units)) {
        return;
      }
      dirty.remove(id);
      dirtyUnits.add(-units);
      committedUnits.add(-units);
      int joined = joinAndAdd(id, clean, CLEAN);
      if (table.start(joined) + table.units(joined) == top()) {
        clean.remove(joined);
        setTop(table.start(joined));
        table.destroy(joined);
      }
    }
  }

  /**
   * Best effort: memory that the kernel does not take stays cached and counted, and is offered
   * again the next time. Nobody who stores, frees or restores is to fail for it.
   */
  private boolean discard(int id, int units) {
    try {
      memory.discard(table.offset(id), (long) units * table.layout().unitBytes());
      return true;
    } catch (ErrnoException _) {
      refusals.add(1);
      return false;
    }
  }

  /** Calls that should have given memory back, and did not. Any thread. */
  long refusals() {
    return refusals.get();
  }

  private int joinAndAdd(int id, ExtentBins bins, int kind) {
    int start = table.start(id);
    int end = start + table.units(id);
    if (start > 0) {
      int left = table.extentOfUnit(start - 1);
      if (table.kind(left) == kind) {
        bins.remove(left);
        start = table.start(left);
        table.destroy(left);
      }
    }
    if (end < top()) {
      int right = table.extentOfUnit(end);
      if (table.kind(right) == kind) {
        bins.remove(right);
        end += table.units(right);
        table.destroy(right);
      }
    }
    table.place(id, start, end - start);
    bins.add(id);
    return id;
  }

  private void setTop(int top) {
    topUnit.set(top);
    maxTop.set(Math.max(maxTop.get(), top));
  }

  int top() {
    return (int) topUnit.get();
  }

  /** The highest top there ever was: the unit map has been touched up to it. Any thread. */
  int maxTop() {
    return (int) maxTop.get();
  }

  /** Units that hold memory: slabs and cached extents. Any thread. */
  long committedUnits() {
    return committedUnits.get();
  }

  /** Units of extents that hold memory and nothing else. Any thread. */
  long cachedUnits() {
    return dirtyUnits.get();
  }

  /** The longest run a slab could be made of, in units, up to the longest slab. Any thread. */
  int longestFreeUnits() {
    int fresh = table.layout().units() - top();
    return Math.min(
        SizeClasses.MAX_SLAB_UNITS,
        Math.max(fresh, Math.max(clean.longestUnits(), dirty.longestUnits())));
  }

  ExtentBins bins(int kind) {
    return kind == DIRTY ? dirty : clean;
  }
}
