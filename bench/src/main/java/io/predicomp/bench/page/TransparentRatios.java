package io.predicomp.bench.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * What transparent memory costs while it is in memory, when it is touched first, and when it does
 * not live long: each beside ordinary memory, interleaved.
 *
 * <pre>bench/run transparent</pre>
 *
 * Ordinary memory is mapped without huge pages, as transparent memory is, or comes from {@link
 * Arena#ofShared()}, which zeroes it before it is handed out. Both kinds of memory belong to a
 * shared arena, and {@code bench/run} keeps the loops from being inlined: one compiled method works
 * on both, so that what differs is the memory and not the luck of the compiler.
 */
public final class TransparentRatios {
  private static final int PAGE = 4096;
  private static final int RANDOM_ACCESSES = 4096;
  private static final int FRESH_BYTES = 64 << 20;
  private static final int SHORT_BYTES = 512 << 10;
  private static final int SMALL_ALLOCATIONS = 256;

  private final CompressedArena arena =
      CompressedArena.open(ArenaConfig.builder().poolLimit(ArenaConfig.mebibytes(512)).build());

  private TransparentRatios() {}

  static void main() {
    TransparentRatios ratios = new TransparentRatios();
    ratios.resident(256 << 10);
    ratios.resident(256 << 20);
    ratios.firstTouch();
    ratios.shortLived();
    ratios.arena.close();
  }

  // --- in memory --------------------------------------------------------------------------------

  private void resident(int bytes) {
    try (Mapping mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE);
        Arena shared = Arena.ofShared();
        TransparentArena memory = arena.openTransparent()) {
      MemorySegment raw = AddressSpace.view(mapping.address(), bytes, shared);
      MemorySegment transparent = memory.allocate(bytes, PAGE);
      write(raw);
      write(transparent);
      memory.compress(transparent);
      write(transparent); // all of it was absent once, and is writable again
      Interleaved run = new Interleaved(60, 10);
      String size = " " + (bytes >> 10) + " KiB";
      int longs = bytes / Long.BYTES;
      run.report("scan" + size, 1, pair(longs, () -> scan(raw), () -> scan(transparent)));
      run.report("add 1" + size, 1, pair(longs, () -> add(raw), () -> add(transparent)));
      run.report(
          "random read" + size,
          1,
          pair(RANDOM_ACCESSES, () -> randomRead(raw), () -> randomRead(transparent)));
      run.report(
          "random write" + size,
          1,
          pair(RANDOM_ACCESSES, () -> randomWrite(raw), () -> randomWrite(transparent)));
      run.report("fill" + size, 1, pair(longs, () -> fill(raw), () -> fill(transparent)));
    }
  }

  private static Supplier<List<Contender>> pair(
      int operations, Supplier<Long> raw, Supplier<Long> transparent) {
    return () ->
        List.of(
            new Contender("raw", operations, raw::get),
            new Contender("transparent", operations, transparent::get));
  }

  private static void write(MemorySegment segment) {
    for (long at = 0; at < segment.byteSize(); at += Long.BYTES) {
      segment.set(JAVA_LONG, at, at);
    }
  }

  private static long scan(MemorySegment segment) {
    long sum = 0;
    for (long at = 0; at < segment.byteSize(); at += Long.BYTES) {
      sum += segment.get(JAVA_LONG, at);
    }
    return sum;
  }

  /** A loop that the compiler turns into vector instructions. */
  private static long add(MemorySegment segment) {
    for (long at = 0; at < segment.byteSize(); at += Long.BYTES) {
      segment.set(JAVA_LONG, at, segment.get(JAVA_LONG, at) + 1);
    }
    return segment.get(JAVA_LONG, 0);
  }

  private static long randomRead(MemorySegment segment) {
    long mask = segment.byteSize() - Long.BYTES;
    long random = 88172645463325252L;
    long sum = 0;
    for (int i = 0; i < RANDOM_ACCESSES; i++) {
      random = random * 6364136223846793005L + 1442695040888963407L;
      sum += segment.get(JAVA_LONG, (random >>> 20) & mask);
    }
    return sum;
  }

  private static long randomWrite(MemorySegment segment) {
    long mask = segment.byteSize() - Long.BYTES;
    long random = 88172645463325252L;
    for (int i = 0; i < RANDOM_ACCESSES; i++) {
      random = random * 6364136223846793005L + 1442695040888963407L;
      segment.set(JAVA_LONG, (random >>> 20) & mask, random);
    }
    return random;
  }

  private static long fill(MemorySegment segment) {
    segment.fill((byte) 7);
    return segment.get(JAVA_LONG, 0);
  }

  // --- fresh and short-lived --------------------------------------------------------------------

  private void firstTouch() {
    new Interleaved(40, 20)
        .report(
            "first touch, a page",
            1,
            () ->
                List.of(
                    new Contender("ofShared", FRESH_BYTES / PAGE, () -> shared(FRESH_BYTES, 1)),
                    new Contender(
                        "transparent", FRESH_BYTES / PAGE, () -> transparent(FRESH_BYTES, 1)),
                    new Contender("mapping", FRESH_BYTES / PAGE, () -> mapping(FRESH_BYTES))));
  }

  private void shortLived() {
    Interleaved run = new Interleaved(60, 10);
    run.report(
        "512 KiB, touch, close",
        1,
        () ->
            List.of(
                new Contender("ofShared", 1, () -> shared(SHORT_BYTES, 1)),
                new Contender("transparent", 1, () -> transparent(SHORT_BYTES, 1)),
                new Contender("mapping", 1, () -> mapping(SHORT_BYTES))));
    run.report(
        "256 of 64 bytes, close",
        1,
        () ->
            List.of(
                new Contender("ofShared", 1, () -> shared(64, SMALL_ALLOCATIONS)),
                new Contender("transparent", 1, () -> transparent(64, SMALL_ALLOCATIONS))));
  }

  private static long shared(int bytes, int count) {
    try (Arena memory = Arena.ofShared()) {
      return touch(memory, bytes, count);
    }
  }

  private long transparent(int bytes, int count) {
    try (TransparentArena memory = arena.openTransparent()) {
      return touch(memory, bytes, count);
    }
  }

  private static long mapping(int bytes) {
    try (Mapping mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE)) {
      return touch(mapping.segment());
    }
  }

  private static long touch(Arena memory, int bytes, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += touch(memory.allocate(bytes, Long.BYTES));
    }
    return sum;
  }

  private static long touch(MemorySegment segment) {
    for (long at = 0; at < segment.byteSize(); at += PAGE) {
      segment.set(JAVA_LONG, at, at);
    }
    return segment.byteSize();
  }
}
