package io.predicomp.arena.pool;

import static io.predicomp.arena.pool.ExtentTable.CLEAN;
import static io.predicomp.arena.pool.ExtentTable.DIRTY;
import static io.predicomp.arena.pool.ExtentTable.NONE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/**
 * Checks that extents partition the space, that every slot is in exactly one of live, freed and
 * vacant, that lists hold what they should, and that counters equal what is counted.
 */
final class PoolInspection {
  private final MemorySegment memory;
  private final SizeClasses classes;
  private final ExtentTable table;
  private final Extents extents;
  private final Slabs slabs;
  private final FreedList freedList;
  private final Recycler recycler;

  private final Set<Long> freedInList = new HashSet<>();
  private long liveBytes;
  private long liveObjects;
  private long freedBytes;
  private long freedSlots;
  private long vacantBytes;
  private long committedUnits;
  private long cachedUnits;
  private int listableSlabs;
  private int freeExtents;
  private final int[] vacantSlots;
  private final int[] objectsNear;

  PoolInspection(
      MemorySegment memory,
      SizeClasses classes,
      ExtentTable table,
      Extents extents,
      Slabs slabs,
      FreedList freedList,
      Recycler recycler) {
    this.memory = memory;
    this.classes = classes;
    this.table = table;
    this.extents = extents;
    this.slabs = slabs;
    this.freedList = freedList;
    this.recycler = recycler;
    this.vacantSlots = new int[classes.count()];
    this.objectsNear = new int[classes.count()];
  }

  void check(long payloadBytes, long objects, long poolBytes, long limitBytes) {
    walkFreed(recycler.taken());
    walkFreed(freedList.head());
    walkSpace();
    checkSlabLists();
    checkExtentLists();
    equal("payload bytes", payloadBytes, liveBytes);
    equal("objects", objects, liveObjects);
    equal("slots in the freed list", freedInList.size(), freedSlots);
    equal("freed bytes", freedList.freedBytes() - recycler.drainedBytes(), freedBytes);
    equal("freed objects", freedList.freedObjects() - recycler.drainedObjects(), freedSlots);
    equal("vacant bytes", slabs.vacantBytes(), vacantBytes);
    equal("committed units", extents.committedUnits(), committedUnits);
    equal("cached units", extents.cachedUnits(), cachedUnits);
    for (int cls = 0; cls < vacantSlots.length; cls++) {
      equal("vacant slots of class " + cls, slabs.vacantSlots(cls), vacantSlots[cls]);
      equal("objects near class " + cls, slabs.objectsNear(cls), objectsNear[cls]);
    }
    require(poolBytes <= limitBytes, "pool bytes " + poolBytes + " exceed limit " + limitBytes);
  }

  private void walkFreed(long first) {
    for (long handle = first; handle != 0; handle = SlotHeader.next(header(handle))) {
      require(freedInList.add(handle), "handle " + handle + " is in the freed list twice");
      require(
          SlotHeader.state(header(handle)) == SlotHeader.FREED,
          "handle " + handle + " is in the freed list but not freed");
    }
  }

  private void walkSpace() {
    int previousKind = ExtentTable.UNUSED;
    int unit = 0;
    while (unit < extents.top()) {
      int id = table.extentOfUnit(unit);
      int units = table.units(id);
      int kind = table.kind(id);
      equal("start of extent " + id, table.start(id), unit);
      require(units > 0 && unit + units <= extents.top(), "extent " + id + " crosses the top");
      equal("extent of last unit", table.extentOfUnit(unit + units - 1), id);
      if (kind >= 0) {
        for (int inner = unit; inner < unit + units; inner++) {
          equal("extent of unit " + inner, table.extentOfUnit(inner), id);
        }
        walkSlab(id, kind);
        committedUnits += units;
      } else {
        require(kind == DIRTY || kind == CLEAN, "extent " + id + " has kind " + kind);
        require(kind != previousKind, "free extents before unit " + unit + " are not joined");
        freeExtents++;
        if (kind == DIRTY) {
          cachedUnits += units;
          committedUnits += units;
        }
      }
      previousKind = kind;
      unit += units;
    }
    require(previousKind != CLEAN, "a clean extent lies below the top");
  }

  private void walkSlab(int slab, int cls) {
    equal("units of slab " + slab, table.units(slab), classes.slabUnits(cls));
    int slots = classes.slots(cls);
    int used = table.used(slab);
    require(used <= slots, "slab " + slab + " uses more slots than it has");
    int live = 0;
    for (int slot = 0; slot < used; slot++) {
      long handle = ExtentTable.handleAt(table.offset(slab) + (long) slot * classes.slotBytes(cls));
      long word = header(handle);
      switch (SlotHeader.state(word)) {
        case SlotHeader.LIVE -> {
          live++;
          liveObjects++;
          liveBytes += SlotHeader.length(word);
          require(
              SlotHeader.length(word) + SlotHeader.BYTES <= classes.slotBytes(cls),
              "payload of handle " + handle + " is longer than its slot");
        }
        case SlotHeader.FREED -> {
          live++;
          freedSlots++;
          freedBytes += SlotHeader.length(word);
          require(freedInList.contains(handle), "handle " + handle + " is freed but in no list");
        }
        case SlotHeader.VACANT -> {}
        default -> throw new IllegalStateException("handle " + handle + " has no valid header");
      }
    }
    equal("live slots of slab " + slab, table.live(slab), live);
    require(live > 0, "slab " + slab + " is empty but not free");
    walkVacant(slab, cls, used - live);
    vacantSlots[cls] += slots - live;
    objectsNear[classes.coarseClass(cls)] += live;
    vacantBytes += (long) (slots - live) * classes.slotBytes(cls);
    if (live < slots) {
      listableSlabs++;
    }
  }

  private void walkVacant(int slab, int cls, int expected) {
    int count = 0;
    for (int vacant = table.vacant(slab); vacant != 0; count++) {
      require(count < expected, "vacant list of slab " + slab + " is longer than its vacant slots");
      int bytes = (vacant - 1) * SizeClasses.STEP;
      equal("position of a vacant slot in slab " + slab, bytes % classes.slotBytes(cls), 0);
      long word = header(ExtentTable.handleAt(table.offset(slab) + bytes));
      require(SlotHeader.state(word) == SlotHeader.VACANT, "vacant list of slab " + slab);
      vacant = (int) SlotHeader.next(word);
    }
    equal("vacant list of slab " + slab, count, expected);
  }

  private void checkSlabLists() {
    int listed = 0;
    for (int cls = 0; cls < classes.count(); cls++) {
      boolean any = false;
      for (int group = 0; group < Slabs.GROUPS; group++) {
        int previous = NONE;
        for (int slab = slabs.head(cls, group); slab != NONE; slab = table.next(slab)) {
          equal("class of listed slab " + slab, table.kind(slab), cls);
          equal("group of slab " + slab, slabs.group(table.live(slab), cls), group);
          equal("link of slab " + slab, table.previous(slab), previous);
          previous = slab;
          listed++;
        }
        require((previous != NONE) == slabs.listed(cls, group), "group mask of class " + cls);
        any |= previous != NONE;
      }
      require(any == (slabs.classWithVacancy(cls) == cls), "vacancy bit of class " + cls);
    }
    equal("slabs in lists", listed, listableSlabs);
  }

  private void checkExtentLists() {
    int listed = 0;
    for (int kind : new int[] {DIRTY, CLEAN}) {
      ExtentBins bins = extents.bins(kind);
      for (int bin = 1; bin <= ExtentBins.LAST_BIN; bin++) {
        int previous = NONE;
        for (int id = bins.head(bin); id != NONE; id = table.next(id)) {
          equal("kind of listed extent " + id, table.kind(id), kind);
          equal("bin of extent " + id, ExtentBins.bin(table.units(id)), bin);
          equal("link of extent " + id, table.previous(id), previous);
          previous = id;
          listed++;
        }
      }
    }
    equal("free extents in lists", listed, freeExtents);
  }

  private long header(long handle) {
    return memory.get(JAVA_LONG, ExtentTable.offsetOf(handle));
  }

  private static void equal(String what, long kept, long found) {
    require(kept == found, what + ": kept " + kept + ", found " + found);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException("pool is inconsistent: " + message);
    }
  }
}
