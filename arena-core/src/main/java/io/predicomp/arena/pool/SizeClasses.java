package io.predicomp.arena.pool;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The geometry of the pool: which slot sizes exist, and how long a slab of each is.
 *
 * <p>A class is a slot size (a multiple of 16 bytes) and a slab length in units. Only sizes that
 * fill some slab to less than 16 bytes per slot exist, each with the shortest such slab, so that a
 * slab has next to no unusable tail. Sizes are spaced in five levels, each a refinement of the one
 * before: a small pool opens slabs of the coarse classes only, because a part-filled slab per class
 * would cost it more than rounding up does; a large pool uses all. A slab of one unit would need a
 * record for each 4 KiB, so classes of short slabs have a twin of longer ones for large pools.
 *
 * <pre>
 *  level 0   |           |           |           |           |     1/8 apart, short slabs
 *  level 1   |     |     |     |     |     |     |     |     |     1/16
 *  level 2   |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |     1/32
 *  level 3   |||||||||||||||||||||||||||||||||||||||||||||||||     1/48
 *  level 4   with a size between each two of these                 1/96, slabs of 16 KiB and more
 *            └ slot sizes ──────────────────────────────────────►
 * </pre>
 *
 * Immutable and shared by all pools of the process; its few kilobytes are not counted as pool.
 */
final class SizeClasses {
  static final int STEP = 16;
  static final int LEVELS = 5;

  /** No slab is longer, in units: a long bit mask of lengths suffices to find a free extent. */
  static final int MAX_SLAB_UNITS = 40;

  /** The largest payload and its header, rounded up. */
  static final int MAX_SLOT_BYTES =
      Math.ceilDiv(SlotHeader.MAX_LENGTH + SlotHeader.BYTES, STEP) * STEP;

  private static final double[] SPACING = {1.0 / 8, 1.0 / 16, 1.0 / 32, 1.0 / 48, 1.0 / 96};

  /** By level, for slots up to one unit; longer slots may use slabs of {@link #MAX_SLAB_UNITS}. */
  private static final int[] LONGEST_SLAB = {3, 5, 9, 12, 24};

  /** A class of shorter slabs has a twin whose slabs are at least so long. */
  private static final int TWIN_BYTES = 16 * 1024;

  /** The level at which twins are used. */
  private static final int TWIN_LEVEL = LEVELS - 1;

  private static final int LAST_STEP = MAX_SLOT_BYTES / STEP;

  private final int unitBytes;
  private final int[] slotBytes;
  private final int[] slabUnits;
  private final short[][] classOfStep = new short[LEVELS][LAST_STEP + 1];

  /** The class of the smallest slots that are large enough, without regard to levels. */
  private final short[] finestOfStep = new short[LAST_STEP + 1];

  SizeClasses(int unitBytes) {
    this.unitBytes = unitBytes;
    var levelOf = new int[LAST_STEP + 1];
    Arrays.fill(levelOf, LEVELS);
    levelOf[1] = 0;
    levelOf[LAST_STEP] = 0;
    for (int level = 0; level < LEVELS; level++) {
      refine(levelOf, level);
    }
    var slots = IntStream.builder();
    var units = IntStream.builder();
    short next = 0;
    for (int step = 1; step <= LAST_STEP; step++) {
      int level = levelOf[step];
      if (level == LEVELS) {
        continue;
      }
      int shortest =
          step == LAST_STEP
              ? Math.ceilDiv(MAX_SLOT_BYTES, unitBytes)
              : filledSlabUnits(step * STEP, level);
      slots.add(step * STEP);
      units.add(shortest);
      finestOfStep[step] = next;
      setClass(step, level, next++);
      int slab = shortest * unitBytes;
      if (slab < TWIN_BYTES) {
        slots.add(step * STEP);
        units.add(Math.ceilDiv(TWIN_BYTES, slab) * shortest);
        setClass(step, Math.max(level, TWIN_LEVEL), next++);
      }
    }
    slotBytes = slots.build().toArray();
    slabUnits = units.build().toArray();
    for (int step = LAST_STEP - 1; step > 0; step--) {
      for (int level = 0; level < Math.min(levelOf[step], LEVELS); level++) {
        classOfStep[level][step] = classOfStep[level][step + 1];
      }
      if (levelOf[step] == LEVELS) {
        finestOfStep[step] = finestOfStep[step + 1];
      }
    }
  }

  /** Says which class has the slots of a size, from a level on. */
  private void setClass(int step, int level, short cls) {
    for (int l = level; l < LEVELS; l++) {
      classOfStep[l][step] = cls;
    }
  }

  /** Adds sizes between those of coarser levels until neighbours are as near as the level asks. */
  private void refine(int[] levelOf, int level) {
    int high = LAST_STEP;
    for (int low = high - 1; low > 0; low--) {
      if (levelOf[low] < LEVELS) {
        fillGap(levelOf, level, low, high);
        high = low;
      }
    }
  }

  private void fillGap(int[] levelOf, int level, int low, int high) {
    double spacing = SPACING[level];
    int upper = high;
    while (upper > low * (1 + spacing)) {
      int nearest = Math.min(upper - 1, (int) (upper / (1 + spacing / 2)));
      int farthest = (int) Math.ceil(upper / (1 + spacing));
      int best = 0;
      int bestUnits = Integer.MAX_VALUE;
      for (int step = nearest; step > low && (step >= farthest || best == 0); step--) {
        int units = filledSlabUnits(step * STEP, level);
        if (units > 0 && units < bestUnits) {
          best = step;
          bestUnits = units;
        }
      }
      if (best == 0) {
        return;
      }
      levelOf[best] = level;
      upper = best;
    }
  }

  /**
   * The shortest slab that {@code slot} fills as well as a multiple of 16 can, in units; 0 if none.
   */
  private int filledSlabUnits(int slot, int level) {
    int longest = slot <= unitBytes ? LONGEST_SLAB[level] : MAX_SLAB_UNITS;
    for (int units = Math.ceilDiv(slot, unitBytes); units <= longest; units++) {
      int bytes = units * unitBytes;
      int slots = bytes / slot;
      if (bytes / slots / STEP * STEP == slot) {
        return units;
      }
    }
    return 0;
  }

  int count() {
    return slotBytes.length;
  }

  int slotBytes(int cls) {
    return slotBytes[cls];
  }

  int slabUnits(int cls) {
    return slabUnits[cls];
  }

  int slots(int cls) {
    return slabUnits[cls] * unitBytes / slotBytes[cls];
  }

  /**
   * The smallest class of {@code level} or coarser that holds {@code bytes}.
   *
   * @param bytes payload and header, at most {@link #MAX_SLOT_BYTES}
   */
  int classFor(int bytes, int level) {
    return classOfStep[level][(bytes + STEP - 1) / STEP];
  }

  /** The smallest class of level 0 that is no smaller than {@code cls}. */
  int coarseClass(int cls) {
    return classOfStep[0][slotBytes[cls] / STEP];
  }

  /** The first class of the smallest slots of any level that hold {@code bytes}. */
  int finestFor(int bytes) {
    return finestOfStep[(bytes + STEP - 1) / STEP];
  }
}
