package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * One record per extent of the space, and the map from unit to extent. An extent is a run of units
 * that is either one slab or free. Records and map lie off-heap (see {@link PoolLayout}).
 *
 * <pre>
 *  byte  0       4       8       12         16     20     24     28
 *       +-------+-------+-------+----------+------+------+------+--------+
 *       | start | units | kind  | previous | next | live | used | vacant |
 *       +-------+-------+-------+----------+------+------+------+--------+
 *        in units        class,   ids in the list  slots  slots  first vacant slot,
 *                        or below it is linked in         ever   16-byte steps from the
 *                                                         used   slab's start, plus 1
 * </pre>
 *
 * The map names the extent of every unit of a slab, but only of the first and last unit of a free
 * extent: those are what coalescing looks at.
 */
final class ExtentTable {
  static final int NONE = 0;

  /** Kinds below zero; a kind of zero or more is the size class of a slab. */
  static final int CLEAN = -1;

  static final int DIRTY = -2;
  static final int UNUSED = -3;

  private static final int START = 0;
  private static final int UNITS = 4;
  private static final int KIND = 8;
  private static final int PREVIOUS = 12;
  private static final int NEXT = 16;
  private static final int LIVE = 20;
  private static final int USED = 24;
  private static final int VACANT = 28;

  private final MemorySegment memory;
  private final PoolLayout layout;
  private final long unitMap;
  private final int unitShift;
  private final long space;
  private int unusedHead = NONE;
  private final OwnerCounter maxId = new OwnerCounter();

  ExtentTable(MemorySegment memory, PoolLayout layout) {
    this.memory = memory;
    this.layout = layout;
    this.unitMap = layout.unitMapOffset();
    this.unitShift = Integer.numberOfTrailingZeros(layout.unitBytes());
    this.space = layout.spaceOffset();
  }

  /** A record for {@code units} units from {@code start}; the first and last unit are mapped. */
  int create(int start, int units, int kind) {
    int id = unusedHead;
    if (id == NONE) {
      maxId.add(1);
      id = maxId();
    } else {
      unusedHead = next(id);
    }
    link(id, NONE, NONE);
    set(id, KIND, kind);
    place(id, start, units);
    return id;
  }

  void destroy(int id) {
    set(id, KIND, UNUSED);
    set(id, NEXT, unusedHead);
    unusedHead = id;
  }

  void place(int id, int start, int units) {
    set(id, START, start);
    set(id, UNITS, units);
    map(start, id);
    map(start + units - 1, id);
  }

  /** Turns an extent into a slab without any slot in use, and maps all of its units. */
  void becomeSlab(int id, int cls) {
    set(id, KIND, cls);
    set(id, LIVE, 0);
    set(id, USED, 0);
    set(id, VACANT, 0);
    int start = start(id);
    for (int unit = start + units(id) - 2; unit > start; unit--) {
      map(unit, id);
    }
  }

  void setKind(int id, int kind) {
    set(id, KIND, kind);
  }

  void link(int id, int previous, int next) {
    set(id, PREVIOUS, previous);
    set(id, NEXT, next);
  }

  void setPrevious(int id, int previous) {
    set(id, PREVIOUS, previous);
  }

  void setNext(int id, int next) {
    set(id, NEXT, next);
  }

  void setLive(int id, int live) {
    set(id, LIVE, live);
  }

  void setUsed(int id, int used) {
    set(id, USED, used);
  }

  void setVacant(int id, int vacant) {
    set(id, VACANT, vacant);
  }

  int start(int id) {
    return get(id, START);
  }

  int units(int id) {
    return get(id, UNITS);
  }

  int kind(int id) {
    return get(id, KIND);
  }

  int previous(int id) {
    return get(id, PREVIOUS);
  }

  int next(int id) {
    return get(id, NEXT);
  }

  /** Slots that hold a live or a freed but not yet drained object. */
  int live(int id) {
    return get(id, LIVE);
  }

  int used(int id) {
    return get(id, USED);
  }

  int vacant(int id) {
    return get(id, VACANT);
  }

  int extentOfUnit(int unit) {
    return memory.get(JAVA_INT, unitMap + (long) unit * Integer.BYTES);
  }

  int extentOfHandle(long handle) {
    return extentOfUnit((int) ((offsetOf(handle) - space) >>> unitShift));
  }

  /** Where an extent starts, in bytes from the start of the mapping. */
  long offset(int id) {
    return space + ((long) start(id) << unitShift);
  }

  static long offsetOf(long handle) {
    return handle << PoolLayout.HANDLE_SHIFT;
  }

  static long handleAt(long offset) {
    return offset >>> PoolLayout.HANDLE_SHIFT;
  }

  /** The largest id ever used: the table has been touched up to its record. Any thread. */
  int maxId() {
    return (int) maxId.get();
  }

  PoolLayout layout() {
    return layout;
  }

  private void map(int unit, int id) {
    memory.set(JAVA_INT, unitMap + (long) unit * Integer.BYTES, id);
  }

  private int get(int id, int field) {
    return memory.get(JAVA_INT, layout.recordOffset(id) + field);
  }

  private void set(int id, int field, int value) {
    memory.set(JAVA_INT, layout.recordOffset(id) + field, value);
  }
}
