package io.predicomp.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Prints what every operation that is promised to allocate nothing does allocate, in bytes for
 * {@value #STEPS} times; the controls must not be 0.
 */
public final class HotPathAllocation {
  static final String CONTROL = "control: ";
  static final int STEPS = 500;

  private static final int PAGE = 4096;
  private static final int PAGES = 64;

  /** Pieces of two sizes, and both ends within pages. */
  private static final int LENGTH = 70_000;

  private static final int OFFSET = 100;
  private static final long BETWEEN_PAGES = PAGE - 3;

  private static long sum;
  private static Object kept = "";

  private HotPathAllocation() {}

  static void main(String[] args) {
    print(CONTROL + "array", () -> kept = new long[1]);
    ArenaConfig config = ArenaConfig.builder().build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      Region region = arena.allocateRegion((long) PAGES * PAGE);
      for (long at = 0; at < region.byteSize(); at += Long.BYTES) {
        region.setLong(at, at / 64 * 31);
      }
      accesses("cursor", region.cursor());
      accesses("region", region);
      copies(region, arena.allocateRegion((long) PAGES * PAGE));
      movement(region);
      print(CONTROL + "pin", () -> region.pin(OFFSET, LENGTH).close());
    }
    if (sum == 0 || kept == null) {
      throw new AssertionError("nothing was read");
    }
  }

  private static void accesses(String who, PageAccess access) {
    print(who + " getByte", () -> sum += access.getByte(PAGE));
    print(who + " setByte", () -> access.setByte(PAGE, (byte) 1));
    print(who + " getInt", () -> sum += access.getInt(PAGE));
    print(who + " setInt", () -> access.setInt(PAGE, 1));
    print(who + " getLong", () -> sum += access.getLong(PAGE));
    print(who + " setLong", () -> access.setLong(PAGE, 1));
    print(who + " getDouble", () -> sum += (long) access.getDouble(PAGE));
    print(who + " addLong", () -> access.addLong(PAGE, 1));
    print(who + " getLong, two pages", () -> sum += access.getLong(BETWEEN_PAGES));
    print(who + " setLong, two pages", () -> access.setLong(BETWEEN_PAGES, 1));
    print(who + " getLongVolatile", () -> sum += access.getLongVolatile(PAGE));
    print(who + " setLongRelease", () -> access.setLongRelease(PAGE, 1));
    print(who + " compareAndSetLong", () -> access.compareAndSetLong(PAGE, 1, 1));
    print(who + " getAndAddLong", () -> access.getAndAddLong(PAGE, 1));
  }

  private static void copies(Region region, Region other) {
    byte[] array = new byte[LENGTH];
    MemorySegment heap = MemorySegment.ofArray(array);
    MemorySegment memory = Arena.global().allocate(LENGTH);
    for (int length : new int[] {5, 40, LENGTH}) {
      print("copyFrom memory, " + length, () -> region.copyFrom(OFFSET, memory, 0, length));
      print("copyFrom heap, " + length, () -> region.copyFrom(OFFSET, heap, 0, length));
      print("copyFrom array, " + length, () -> region.copyFrom(OFFSET, array, 0, length));
      print("copyTo memory, " + length, () -> region.copyTo(OFFSET, memory, 0, length));
      print("copyTo heap, " + length, () -> region.copyTo(OFFSET, heap, 0, length));
      print("copyTo array, " + length, () -> region.copyTo(OFFSET, array, 0, length));
      print("copyTo region, " + length, () -> region.copyTo(OFFSET, other, 2 * OFFSET, length));
      print("copyTo itself, " + length, () -> region.copyTo(OFFSET, region, 2 * OFFSET, length));
      print("mismatch memory, " + length, () -> sum += region.mismatch(OFFSET, memory, 0, length));
      print("mismatch heap, " + length, () -> sum += region.mismatch(OFFSET, heap, 0, length));
      print("fill, " + length, () -> region.fill(OFFSET, length, (byte) 7));
    }
  }

  private static void movement(Region region) {
    Cursor cursor = region.cursor();
    long bytes = region.byteSize();
    print("compress again", region::compress);
    print("compress and read", () -> compressAndTouch(region, cursor, false));
    print("compress and write", () -> compressAndTouch(region, cursor, true));
    print("compress and restore", () -> sum += region.compress() + region.restore(0, bytes));
    print("discard", () -> region.discard(OFFSET, LENGTH));
    print("hint", () -> region.hint(Phase.ACTIVE));
    print("isResident", () -> sum += region.isResident(0) ? 1 : 0);
  }

  private static void compressAndTouch(Region region, Cursor cursor, boolean write) {
    sum += region.compress();
    for (long at = 0; at < cursor.byteSize(); at += PAGE) {
      if (write) {
        cursor.setLong(at, at + sum);
      } else {
        sum += cursor.getLong(at);
      }
    }
  }

  private static void print(String name, Runnable step) {
    System.out.println(AllocatedBytes.fewest(STEPS, step, 0) + " " + name);
  }
}
