package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.NONE;

/**
 * Decides which slot a new object gets: a vacant one that is large enough but not much too large,
 * or else one of a new slab. Owner only.
 *
 * <p>A vacant slot of a larger class is better than a new slab, or every class would keep a
 * part-filled slab of its own. How much larger is the trade between rounding up and empty slots:
 * little while few slots are vacant, more when many are. A new slab is of a fine class only where
 * there are objects enough of about that size to fill slabs of so many classes. The constants were
 * chosen by measurement (docs/pool.md).
 */
final class Placement {
  /** Objects between two neighbours of level 0 from which on each level is used. */
  private static final int[] LEAST_OBJECTS = {0, 40, 160, 640, 4000};

  /** A slot may always be larger than needed by this share of the need, as a right shift. */
  private static final int LEAST_SLACK_SHIFT = 6;

  private static final int MOST_SLACK_SHIFT = 2;

  private final SizeClasses classes;
  private final Slabs slabs;
  private final Extents extents;
  private final int unitBytes;

  Placement(SizeClasses classes, Slabs slabs, Extents extents, int unitBytes) {
    this.classes = classes;
    this.slabs = slabs;
    this.extents = extents;
    this.unitBytes = unitBytes;
  }

  /** A vacant slot that wastes little on {@code need} bytes, or 0. */
  long vacantSlot(int need) {
    return vacantSlot(need, mostBytes(need));
  }

  /**
   * The largest slot that {@code need} bytes may take, in bytes: the share it may waste is 3/2 of
   * the share of committed bytes that lie vacant.
   */
  private int mostBytes(int need) {
    long slack = 3L * need * slabs.vacantBytes() / (2 * committedBytes() + 1);
    return need + Math.clamp(slack, need >>> LEAST_SLACK_SHIFT, need >>> MOST_SLACK_SHIFT);
  }

  /** A vacant slot of at most {@code mostBytes}, the smallest there is, or 0. */
  long vacantSlot(int need, int mostBytes) {
    int cls = slabs.classWithVacancy(classes.finestFor(need));
    return cls < 0 || classes.slotBytes(cls) > mostBytes ? 0 : slabs.take(cls);
  }

  /**
   * A slot of a new slab, or 0. Cached memory is used first; other memory only if the slab needs no
   * more than {@code mostUnits}.
   */
  long slotOfNewSlab(int need, long mostUnits) {
    return openSlab(classes.classFor(need, level(need)), mostUnits);
  }

  /** Like {@link #slotOfNewSlab}, but settles for coarser classes, whose slabs are shorter. */
  long slotOfShorterSlab(int need, long mostUnits) {
    long handle = 0;
    for (int level = level(need) - 1; level >= 0 && handle == 0; level--) {
      handle = openSlab(classes.classFor(need, level), mostUnits);
    }
    return handle;
  }

  private long openSlab(int cls, long mostUnits) {
    if (slabs.vacantSlots(cls) > 0) {
      return slabs.take(cls);
    }
    int units = classes.slabUnits(cls);
    int extent = extents.takeCached(units);
    if (extent == NONE && units <= mostUnits) {
      extent = extents.takeUncommitted(units, mostUnits);
    }
    if (extent == NONE) {
      return 0;
    }
    slabs.open(extent, cls);
    return slabs.take(cls);
  }

  /** The least units a new slab for {@code need} bytes may have. */
  int leastSlabUnits(int need) {
    return classes.slabUnits(classes.classFor(need, 0));
  }

  private int level(int need) {
    int objects = slabs.objectsNear(classes.classFor(need, 0));
    int level = SizeClasses.LEVELS - 1;
    while (objects < LEAST_OBJECTS[level]) {
      level--;
    }
    return level;
  }

  private long committedBytes() {
    return extents.committedUnits() * unitBytes;
  }
}
