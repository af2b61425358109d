package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.NONE;

/**
 * Free extents of one kind, in a list per length; the last list holds every longer one. A bit mask
 * of lists that are not empty makes finding the best fit a handful of instructions.
 */
final class ExtentBins {
  static final int LAST_BIN = SizeClasses.MAX_SLAB_UNITS;
  static final int HEAP_BYTES = 16 + (LAST_BIN + 1) * Integer.BYTES;

  private final ExtentTable table;
  private final int kind;
  private final int[] heads = new int[LAST_BIN + 1];
  private final OwnerCounter mask = new OwnerCounter();

  ExtentBins(ExtentTable table, int kind) {
    this.table = table;
    this.kind = kind;
  }

  void add(int id) {
    int bin = bin(table.units(id));
    int head = heads[bin];
    table.setKind(id, kind);
    table.link(id, NONE, head);
    if (head != NONE) {
      table.setPrevious(head, id);
    }
    heads[bin] = id;
    mask.set(mask.get() | 1L << bin);
  }

  void remove(int id) {
    int bin = bin(table.units(id));
    int previous = table.previous(id);
    int next = table.next(id);
    if (next != NONE) {
      table.setPrevious(next, previous);
    }
    if (previous != NONE) {
      table.setNext(previous, next);
    } else {
      heads[bin] = next;
      if (next == NONE) {
        mask.set(mask.get() & ~(1L << bin));
      }
    }
    table.link(id, NONE, NONE);
  }

  /**
   * An extent of at least {@code units} units, the shortest there is, or {@link ExtentTable#NONE}.
   */
  int bestFit(int units) {
    long fitting = mask.get() >>> units << units;
    return fitting == 0 ? NONE : heads[Long.numberOfTrailingZeros(fitting)];
  }

  /** An extent of the last list that is not empty, or {@link ExtentTable#NONE}. */
  int longest() {
    int bin = longestUnits();
    return bin == 0 ? NONE : heads[bin];
  }

  /** Length in units of the longest extent, at most {@link #LAST_BIN}. Any thread. */
  int longestUnits() {
    // Bit 0 is never set: no extent is empty.
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(mask.get() | 1);
  }

  int head(int bin) {
    return heads[bin];
  }

  static int bin(int units) {
    return Math.min(units, LAST_BIN);
  }
}
