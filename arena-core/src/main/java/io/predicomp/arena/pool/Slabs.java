package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.NONE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Slots of all slabs: takes a vacant one, gives one back, opens and closes slabs. Owner only.
 *
 * <pre>
 *  class   group 0      group 1   …   group 7          a slab of class c
 *    c   [ emptiest ] [         ]   [ fullest ]       +------+------+------+------+------+
 *             │                          │            | LIVE |VACANT| LIVE |VACANT| never|
 *             ▼                          ▼            +------+------+------+------+ used |
 *            slab ⇄ slab                slab             vacant list ──┴──────┘   +------+
 * </pre>
 *
 * Slabs with a vacant slot are linked by how full they are, in eighths; slots are taken from the
 * fullest, so that the emptiest drain. Full slabs are in no list, empty ones are handed back.
 */
final class Slabs {
  static final int GROUPS = 8;

  /** Heap that the first slab of a class costs: an array header is 16 bytes. */
  static final int HEADS_BYTES = 16 + GROUPS * Integer.BYTES;

  private final MemorySegment memory;
  private final SizeClasses classes;
  private final ExtentTable table;
  private final Extents extents;
  private final int[][] heads;
  private final byte[] groupMask;
  private final int[] vacantSlots;
  private final int[] objectsNear;
  private final long[] vacantClasses;
  private final OwnerCounter vacantBytes = new OwnerCounter();
  private final OwnerCounter heapBytes = new OwnerCounter();

  Slabs(MemorySegment memory, SizeClasses classes, ExtentTable table, Extents extents) {
    this.memory = memory;
    this.classes = classes;
    this.table = table;
    this.extents = extents;
    this.heads = new int[classes.count()][];
    this.groupMask = new byte[classes.count()];
    this.vacantSlots = new int[classes.count()];
    this.objectsNear = new int[classes.count()];
    this.vacantClasses = new long[Math.ceilDiv(classes.count(), Long.SIZE)];
    // Array headers are 16 bytes, references at most 8.
    heapBytes.set(5 * 16 + heads.length * 17L + vacantClasses.length * 8L);
  }

  /** The smallest class from {@code cls} on that has a vacant slot, or -1. */
  int classWithVacancy(int cls) {
    int index = cls >>> 6;
    if (index >= vacantClasses.length) {
      return -1;
    }
    long word = vacantClasses[index] & -1L << cls;
    while (word == 0) {
      if (++index == vacantClasses.length) {
        return -1;
      }
      word = vacantClasses[index];
    }
    return (index << 6) + Long.numberOfTrailingZeros(word);
  }

  /** A slot of a class that has a vacant one. Its header is for the caller to write. */
  long take(int cls) {
    int slab = heads[cls][Integer.SIZE - 1 - Integer.numberOfLeadingZeros(groupMask[cls] & 0xFF)];
    long offset;
    int vacant = table.vacant(slab);
    if (vacant != 0) {
      offset = table.offset(slab) + (long) (vacant - 1) * SizeClasses.STEP;
      long next = SlotHeader.next(memory.get(JAVA_LONG, offset));
      table.setVacant(slab, (int) next);
    } else {
      int used = table.used(slab);
      offset = table.offset(slab) + (long) used * classes.slotBytes(cls);
      table.setUsed(slab, used + 1);
    }
    addVacant(cls, -1);
    objectsNear[classes.coarseClass(cls)]++;
    setLive(slab, cls, table.live(slab) + 1);
    return ExtentTable.handleAt(offset);
  }

  /** Makes a slot vacant; closes its slab if that was the last object. */
  void giveBack(long handle) {
    int slab = table.extentOfHandle(handle);
    int cls = table.kind(slab);
    vacate(handle, slab, cls);
    setLive(slab, cls, table.live(slab) - 1);
  }

  private void vacate(long handle, int slab, int cls) {
    long offset = ExtentTable.offsetOf(handle);
    memory.set(JAVA_LONG, offset, SlotHeader.vacant(table.vacant(slab)));
    table.setVacant(slab, (int) ((offset - table.offset(slab)) / SizeClasses.STEP) + 1);
    addVacant(cls, 1);
    objectsNear[classes.coarseClass(cls)]--;
  }

  private void addVacant(int cls, int slots) {
    vacantSlots[cls] += slots;
    vacantBytes.add((long) slots * classes.slotBytes(cls));
  }

  /** Makes a slab of an extent of the right length. */
  void open(int extent, int cls) {
    if (heads[cls] == null) {
      heads[cls] = new int[GROUPS];
      heapBytes.add(HEADS_BYTES);
    }
    table.becomeSlab(extent, cls);
    addVacant(cls, classes.slots(cls));
    insert(extent, cls, 0);
  }

  /** Takes a slab out of its list, so that no slot of it is handed out until {@link #attach}. */
  void detach(int slab) {
    int cls = table.kind(slab);
    unlink(slab, cls, group(table.live(slab), cls));
  }

  /** Puts a detached slab back, or closes it if it has become empty. Returns true if closed. */
  boolean attach(int slab) {
    int cls = table.kind(slab);
    if (table.live(slab) == 0) {
      close(slab, cls);
      return true;
    }
    insert(slab, cls, group(table.live(slab), cls));
    return false;
  }

  /** Like {@link #giveBack}, for a slot of a detached slab. */
  void giveBackDetached(long handle, int slab) {
    vacate(handle, slab, table.kind(slab));
    table.setLive(slab, table.live(slab) - 1);
  }

  private void setLive(int slab, int cls, int live) {
    int slots = classes.slots(cls);
    int before = table.live(slab);
    table.setLive(slab, live);
    int from = before == slots ? GROUPS : group(before, cls);
    int to = live == slots ? GROUPS : group(live, cls);
    if (live != 0 && from == to) {
      return;
    }
    if (from != GROUPS) {
      unlink(slab, cls, from);
    }
    if (live == 0) {
      close(slab, cls);
    } else if (to != GROUPS) {
      insert(slab, cls, to);
    }
  }

  private void close(int slab, int cls) {
    addVacant(cls, -classes.slots(cls));
    extents.free(slab);
  }

  int group(int live, int cls) {
    return live * GROUPS / classes.slots(cls);
  }

  private void insert(int slab, int cls, int group) {
    int head = heads[cls][group];
    table.link(slab, NONE, head);
    if (head != NONE) {
      table.setPrevious(head, slab);
    }
    heads[cls][group] = slab;
    groupMask[cls] |= (byte) (1 << group);
    vacantClasses[cls >>> 6] |= 1L << cls;
  }

  private void unlink(int slab, int cls, int group) {
    int previous = table.previous(slab);
    int next = table.next(slab);
    if (next != NONE) {
      table.setPrevious(next, previous);
    }
    if (previous != NONE) {
      table.setNext(previous, next);
    } else {
      heads[cls][group] = next;
      if (next == NONE) {
        groupMask[cls] &= (byte) ~(1 << group);
        if (groupMask[cls] == 0) {
          vacantClasses[cls >>> 6] &= ~(1L << cls);
        }
      }
    }
    table.link(slab, NONE, NONE);
  }

  /**
   * The slab of the emptiest group of a class that was linked last, or {@link ExtentTable#NONE}.
   */
  int emptiest(int cls) {
    int mask = groupMask[cls] & 0xFF;
    return mask == 0 ? NONE : heads[cls][Integer.numberOfTrailingZeros(mask)];
  }

  int head(int cls, int group) {
    return heads[cls] == null ? NONE : heads[cls][group];
  }

  boolean listed(int cls, int group) {
    return (groupMask[cls] >>> group & 1) != 0;
  }

  /** Objects in slots between two neighbouring classes of level 0, {@code cls} being the upper. */
  int objectsNear(int cls) {
    return objectsNear[cls];
  }

  /** Vacant slots of a class, those of detached slabs included. */
  int vacantSlots(int cls) {
    return vacantSlots[cls];
  }

  /** Bytes of vacant slots in slabs that hold at least one object. Any thread. */
  long vacantBytes() {
    return vacantBytes.get();
  }

  /** Bytes of the arrays here. Any thread. */
  long heapBytes() {
    return heapBytes.get();
  }
}
