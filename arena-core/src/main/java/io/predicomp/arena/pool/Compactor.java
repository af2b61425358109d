package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.NONE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Empties the slabs that are cheapest to empty: the fewest live bytes per slab byte first, and only
 * those whose objects all fit elsewhere. Opens no slab, so it never needs memory. Owner only.
 */
final class Compactor {
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  /**
   * A moved object may land in a slot larger than its own by this share, as a right shift: far more
   * than at a store, because the slot exists already and a whole slab is won.
   */
  private static final int SLACK_SHIFT = 3;

  private final MemorySegment memory;
  private final SizeClasses classes;
  private final ExtentTable table;
  private final Slabs slabs;
  private final Placement placement;
  private final boolean[] skipped;
  private int attempts;
  private int moved;

  Compactor(
      MemorySegment memory,
      SizeClasses classes,
      ExtentTable table,
      Slabs slabs,
      Placement placement) {
    this.memory = memory;
    this.classes = classes;
    this.table = table;
    this.slabs = slabs;
    this.placement = placement;
    this.skipped = new boolean[classes.count()];
  }

  /** Returns the number of objects moved; tries at most {@code maxMoves}. */
  int run(Relocator relocator, int maxMoves) {
    attempts = 0;
    moved = 0;
    Arrays.fill(skipped, false);
    while (attempts < maxMoves) {
      int slab = cheapest();
      if (slab == NONE) {
        break;
      }
      int cls = table.kind(slab);
      slabs.detach(slab);
      boolean closed = false;
      try {
        evacuate(slab, cls, relocator, maxMoves);
      } finally {
        closed = slabs.attach(slab);
      }
      skipped[cls] = !closed;
    }
    return moved;
  }

  private int cheapest() {
    int best = NONE;
    double leastFill = 1;
    for (int cls = slabs.classWithVacancy(0); cls >= 0; cls = slabs.classWithVacancy(cls + 1)) {
      if (skipped[cls]) {
        continue;
      }
      int slab = slabs.emptiest(cls);
      int live = table.live(slab);
      double fill = (double) live / classes.slots(cls);
      if (fill < leastFill && fitsElsewhere(cls, live)) {
        best = slab;
        leastFill = fill;
      }
    }
    return best;
  }

  private boolean fitsElsewhere(int cls, int live) {
    int vacant = slabs.vacantSlots(cls) - (classes.slots(cls) - live);
    int most = mostBytes(classes.slotBytes(cls));
    for (int larger = cls + 1;
        vacant < live && larger < classes.count() && classes.slotBytes(larger) <= most;
        larger++) {
      vacant += slabs.vacantSlots(larger);
    }
    return vacant >= live;
  }

  private static int mostBytes(int slot) {
    return slot + (slot >>> SLACK_SHIFT);
  }

  private void evacuate(int slab, int cls, Relocator relocator, int maxMoves) {
    int slot = classes.slotBytes(cls);
    int mostBytes = mostBytes(slot);
    long offset = table.offset(slab);
    long end = offset + (long) table.used(slab) * slot;
    for (; offset < end && attempts < maxMoves; offset += slot) {
      long word = (long) WORD.getOpaque(memory, offset);
      if (SlotHeader.state(word) == SlotHeader.LIVE) {
        int need = SlotHeader.BYTES + SlotHeader.length(word);
        long target = placement.vacantSlot(need, mostBytes);
        if (target == 0) {
          return;
        }
        attempts++;
        move(slab, ExtentTable.handleAt(offset), target, word, relocator);
      }
    }
  }

  private void move(int slab, long from, long to, long word, Relocator relocator) {
    memory.set(JAVA_LONG, ExtentTable.offsetOf(to), word);
    boolean relocated = false;
    try {
      relocated = relocator.relocate(SlotHeader.owner(word), from, to, SlotHeader.length(word));
    } finally {
      if (relocated) {
        moved++;
        slabs.giveBackDetached(from, slab);
      } else {
        slabs.giveBack(to);
      }
    }
  }

  long heapBytes() {
    return 16L + skipped.length;
  }
}
