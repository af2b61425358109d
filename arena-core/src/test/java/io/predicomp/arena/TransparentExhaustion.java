package io.predicomp.arena;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.SystemPage;
import io.predicomp.os.process.ProcessLimits;
import io.predicomp.os.process.ProcessLimits.Resource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens transparent memory where one of its steps is refused what it needs, each in turn: the steps
 * before are undone, it is said in a sentence, and once there is room it works.
 */
public final class TransparentExhaustion {
  private static final int PAGE = 4096;

  /** More than is kept for the next arena that asks. */
  private static final long REGION_BYTES = mebibytes(9);

  /** Less than the stack of a thread ({@link TransparentExhaustionTest}). */
  private static final long BELOW_A_STACK = mebibytes(16);

  /** Far more than can be had on the heap for the tables of so much memory. */
  private static final long TOO_MUCH_FOR_TABLES = 1L << 36;

  /** Leaves of the fault kernel's directory, which stay, and what malloc takes. */
  private static final long SLACK = 192 << 10;

  private TransparentExhaustion() {}

  public static void main(String[] args) throws Throwable {
    rehearse();
    threads();
    addressSpace();
    tables();
    keptRegions();
    registration();
    System.out.println("nothing lost, nothing left over");
  }

  /** What the JVM needs for all this, classes above all, it has afterwards. */
  private static void rehearse() throws IOException {
    mapped();
    try (CompressedArena arena = CompressedArena.open()) {
      MemorySegment segment = arena.transparent().allocate(REGION_BYTES, PAGE);
      fill(segment);
      arena.compressAll();
      check(segment);
      assertThrows(
          OutOfMemoryError.class, () -> arena.transparent().allocate(Long.MAX_VALUE - PAGE, PAGE));
      assertThrows(
          OutOfMemoryError.class, () -> arena.transparent().allocate(TOO_MUCH_FOR_TABLES, PAGE));
    }
  }

  /** The thread that keeps the budget cannot start: no memory that nobody keeps within it. */
  private static void threads() throws IOException {
    ArenaConfig config = ArenaConfig.builder().residentBudget(mebibytes(4)).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      try (var _ = ProcessLimits.lower(Resource.ADDRESS_SPACE, mapped() + BELOW_A_STACK)) {
        for (int attempt = 0; attempt < 2; attempt++) {
          String message = assertThrows(OutOfMemoryError.class, arena::transparent).getMessage();
          assertTrue(message.contains("thread"), message);
        }
      }
      MemorySegment segment = arena.transparent().allocate(mebibytes(16), PAGE);
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().endsWith("-budget")));
      fill(segment);
      check(segment);
    }
  }

  /** Every mapping is refused, of what an arena needs first and then of a region. */
  private static void addressSpace() throws IOException {
    long before = mapped();
    int refused = 0;
    try (CompressedArena arena = CompressedArena.open()) {
      MemorySegment segment = null;
      for (long room = 0; segment == null; room += room < mebibytes(1) ? PAGE : 64 * PAGE) {
        long most = mapped() + room;
        try (var _ = ProcessLimits.lower(Resource.ADDRESS_SPACE, most)) {
          segment = arena.openTransparent().allocate(REGION_BYTES, PAGE);
        } catch (OutOfMemoryError e) {
          assertTrue(e.getMessage().startsWith("cannot map "), e.getMessage());
          assertTrue(e.getMessage().contains("address space"), e.getMessage());
          refused++;
        }
      }
      fill(segment);
      assertEquals(REGION_BYTES / PAGE, arena.compressAll());
      check(segment);
    }
    assertTrue(refused > 100, refused + " refusals");
    requireMapped(before);
  }

  /** The memory is there already when the heap has no room for its tables. */
  private static void tables() throws IOException {
    try (CompressedArena arena = CompressedArena.open()) {
      TransparentArena transparent = arena.transparent();
      long before = mapped();
      assertThrows(OutOfMemoryError.class, () -> transparent.allocate(TOO_MUCH_FOR_TABLES, PAGE));
      requireMapped(before);
      fill(transparent.allocate(REGION_BYTES, PAGE));
    }
  }

  /** As {@link #tables}, of a region that was kept for the next arena. */
  private static void keptRegions() throws IOException {
    try (CompressedArena arena = CompressedArena.open()) {
      try (TransparentArena first = arena.openTransparent()) {
        fill(first.allocate(mebibytes(8), PAGE));
      }
      long before = mapped();
      TransparentArena second = arena.openTransparent();
      List<byte[]> full = fullHeap();
      full.removeFirst();
      assertTrue(isRefused(second, mebibytes(8)));
      full.clear();
      assertTrue(mapped() <= before - mebibytes(8) + SLACK, "it is nobody's any more");
      MemorySegment segment = second.allocate(mebibytes(8), PAGE);
      assertEquals(0, segment.get(JAVA_LONG, 64));
      fill(segment);
    }
  }

  /** With next to nothing on the heap for saying so. */
  private static boolean isRefused(TransparentArena arena, long bytes) {
    try {
      arena.allocate(bytes, PAGE);
      return false;
    } catch (OutOfMemoryError e) {
      return true;
    }
  }

  /** Without the first element there is room for small objects, but not for tables. */
  private static List<byte[]> fullHeap() {
    List<byte[]> full = new ArrayList<>(1 << 16);
    full.add(new byte[5 << 10]);
    for (int size = 1 << 20; size >= 512; size /= 2) {
      try {
        while (true) {
          full.add(new byte[size]);
        }
      } catch (OutOfMemoryError e) {
        // The next are smaller.
      }
    }
    return full;
  }

  /** A region that cannot be registered stays in memory, which is counted, and leaves it later. */
  private static void registration() throws Throwable {
    try (CompressedArena arena = CompressedArena.open()) {
      TransparentArena transparent = arena.transparent();
      MemorySegment segment = transparent.allocate(REGION_BYTES, PAGE);
      fill(segment);
      try (var _ = new ForeignUserfaultfd(segment)) {
        assertEquals(0, transparent.compress(segment));
        assertEquals(REGION_BYTES / PAGE, arena.stats().demotions().discardFailed());
        check(segment);
      }
      assertEquals(REGION_BYTES / PAGE, transparent.compress(segment));
      check(segment);
    }
  }

  private static void fill(MemorySegment segment) {
    for (long at = 0; at < segment.byteSize(); at += 64) {
      segment.set(JAVA_LONG, at, at * 31);
    }
  }

  private static void check(MemorySegment segment) {
    for (long at = 0; at < segment.byteSize(); at += 64) {
      assertEquals(at * 31, segment.get(JAVA_LONG, at));
    }
  }

  private static void requireMapped(long before) throws IOException {
    long now = mapped();
    assertTrue(now <= before + SLACK, now - before + " bytes are left mapped");
  }

  private static long mapped() throws IOException {
    String statm = Files.readString(Path.of("/proc/self/statm"));
    return Long.parseLong(statm.substring(0, statm.indexOf(' '))) * SystemPage.SIZE;
  }
}
