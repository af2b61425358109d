package io.predicomp.arena.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.Phase;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.TransparentPin;
import io.predicomp.arena.TransparentSupport;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.testkit.PageContents;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;

/**
 * {@link CloseUnderFireTest} for transparent memory: while others write it, evict, recompress,
 * compact, pin, restore and prefetch, it is closed. Its contents are right until then; afterwards
 * each of the others hears of it as from a shared arena, and none crashes.
 */
class TransparentCloseUnderFireTest {
  private static final int PAGE = 4096;
  private static final long BYTES = 64 * PAGE;
  private static final int OWNERS = 2;

  private final AtomicLong pins = new AtomicLong();
  private long recompressedInCalm;

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  private static CompressedArena open() {
    LoopConfig eager =
        new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 16, true);
    return CompressedArena.open(
        ArenaConfig.builder()
            .checksums(true)
            .denseTier(DenseTierPolicy.AUTO)
            .autoloops(eager)
            .build());
  }

  @RepeatedTest(6)
  void transparentArena() throws InterruptedException {
    try (CompressedArena arena = open()) {
      MemorySegment other = arena.transparent().allocate(BYTES, PAGE);
      other.fill((byte) 42);
      TransparentArena memory = arena.openTransparent();
      MemorySegment segment = memory.allocate(BYTES, PAGE);
      UnderFire fire = fire(arena, memory, segment);

      fire.close(() -> isExposed(arena), unpinned(memory::close));

      assertThrows(IllegalStateException.class, () -> segment.get(JAVA_LONG, 0));
      arena.compressAll();
      assertEquals(42, other.get(JAVA_BYTE, 5 * PAGE));
      assertEquals(BYTES / PAGE, arena.stats().pages().total());
      assertEquals("", arena.stats().loops().failure());
    }
  }

  @RepeatedTest(6)
  void compressedArena() throws InterruptedException {
    CompressedArena arena = open();
    TransparentArena memory = arena.transparent();
    MemorySegment segment = memory.allocate(BYTES, PAGE);
    UnderFire fire = fire(arena, memory, segment);

    fire.close(() -> isExposed(arena), unpinned(arena::close));

    assertThrows(IllegalStateException.class, () -> segment.get(JAVA_LONG, 0));
    assertThrows(IllegalStateException.class, memory::close);
  }

  /** Whoever is second with one of them finds it closed, which is no failure of the other close. */
  @RepeatedTest(40)
  void transparentArenasAndTheirArenaAtOnce() throws InterruptedException {
    CompressedArena arena = open();
    List<MemorySegment> segments = new ArrayList<>();
    List<Runnable> closes = new ArrayList<>(List.of(arena::close));
    for (int i = 0; i < 4; i++) {
      TransparentArena memory = arena.openTransparent();
      MemorySegment segment = memory.allocate(256 * PAGE, PAGE);
      for (long at = 0; at < segment.byteSize(); at += 64) {
        segment.set(JAVA_LONG, at, at);
      }
      segments.add(segment);
      closes.add(
          () -> {
            try {
              memory.close();
            } catch (IllegalStateException e) {
              assertEquals("Already closed", e.getMessage());
            }
          });
    }
    arena.compressAll();
    UnderFire.atOnce(closes);
    for (MemorySegment segment : segments) {
      assertThrows(IllegalStateException.class, () -> segment.get(JAVA_LONG, 64));
    }
  }

  private UnderFire fire(CompressedArena arena, TransparentArena memory, MemorySegment segment) {
    UnderFire fire = new UnderFire();
    MemorySegment loose = memory.allocate(BYTES, PAGE);
    MemorySegment texts = memory.allocate(BYTES, PAGE);
    for (int page = 0; page < BYTES / PAGE; page++) {
      write(texts, page, page);
    }
    memory.compress();
    recompressedInCalm = arena.recompressAll(PageTier.DENSE); // finds out how
    for (int i = 0; i < OWNERS; i++) {
      int index = i;
      fire.add(
          "owner " + i,
          () -> {
            WordOwner owner = new WordOwner(Words.of(segment), BYTES, index, OWNERS);
            return () -> {
              owner.round();
              rest();
            };
          });
    }
    return fire.add("evictor", () -> memory::compress)
        .add("restorer", () -> random(segment, memory::restore))
        .add("filler", () -> random(loose, each -> each.fill((byte) 3)))
        .add("pins", () -> random(segment, each -> pin(memory.pin(each))))
        .add("read-only pins", () -> random(loose, each -> pin(memory.pinReadOnly(each))))
        .add("hints", () -> hints(memory))
        .add("archivist", () -> rewrite(texts))
        .add("allocator", () -> () -> allocate(memory))
        .add("evictor of all", () -> whileAlive(memory, arena::compressAll))
        .add("recompressor", () -> whileAlive(memory, recompressor(arena)))
        .add("compaction", () -> whileAlive(memory, arena::compactPool))
        .add("statistics", () -> whileAlive(memory, arena::stats))
        .add("others' life", () -> whileAlive(memory, () -> openAnother(arena)));
  }

  /** Of what the arena does, which may outlive its memory. */
  private static Crew.Round whileAlive(TransparentArena memory, Crew.Round round) {
    return () -> {
      round.run();
      if (!memory.scope().isAlive()) {
        throw new IllegalStateException("the memory under fire is closed");
      }
    };
  }

  private interface Use {
    void of(MemorySegment segment);
  }

  private static Crew.Round random(MemorySegment all, Use use) {
    SplittableRandom random = new SplittableRandom(7);
    return () -> {
      long first = random.nextLong(BYTES / PAGE - 4);
      use.of(all.asSlice(first * PAGE + 8, random.nextLong(1, 4) * PAGE));
      rest();
    };
  }

  private void pin(TransparentPin pin) {
    try (pin) {
      pin.segment().get(JAVA_LONG, 0);
    }
    pins.incrementAndGet();
  }

  /** What the loops restore because of a hint is a prefetch. */
  private static Crew.Round hints(TransparentArena memory) {
    MemorySegment mine = memory.allocate(BYTES, PAGE);
    mine.fill((byte) 7);
    return () -> {
      memory.compress(mine);
      memory.hint(mine, Phase.ACTIVE);
      LockSupport.parkNanos(1_000_000);
      memory.hint(mine, Phase.IDLE);
      if (mine.get(JAVA_BYTE, BYTES - 1) != 7) {
        throw new AssertionError("a byte is wrong");
      }
    };
  }

  /** A page at a time, which is left alone until all others were: so that it is recompressed. */
  private static Crew.Round rewrite(MemorySegment texts) {
    int pages = (int) (BYTES / PAGE);
    AtomicInteger rounds = new AtomicInteger();
    return () -> {
      int round = rounds.getAndIncrement();
      int page = round % pages;
      byte[] back = texts.asSlice((long) page * PAGE, PAGE).toArray(JAVA_BYTE);
      assertArrayEquals(PageContents.TEXT.bytes(PAGE, round), back);
      write(texts, page, round + pages);
      LockSupport.parkNanos(1_000_000);
    };
  }

  private static void write(MemorySegment texts, int page, int seed) {
    byte[] text = PageContents.TEXT.bytes(PAGE, seed);
    MemorySegment.copy(text, 0, texts, JAVA_BYTE, (long) page * PAGE, PAGE);
  }

  private static Crew.Round recompressor(CompressedArena arena) {
    AtomicInteger rounds = new AtomicInteger();
    return () ->
        arena.recompressAll(rounds.incrementAndGet() % 2 == 0 ? PageTier.DENSE : PageTier.COLDEST);
  }

  private static void allocate(TransparentArena memory) {
    if (memory.allocate(256, 8).get(JAVA_LONG, 8) != 0) {
      throw new AssertionError("fresh memory is not zero");
    }
    LockSupport.parkNanos(1_000_000); // what it allocates stays until the close
  }

  private static void openAnother(CompressedArena arena) {
    try (TransparentArena another = arena.openTransparent()) {
      MemorySegment words = another.allocate(4 * PAGE, PAGE);
      words.set(JAVA_LONG, PAGE, 7);
      another.compress();
      if (words.get(JAVA_LONG, PAGE) != 7) {
        throw new AssertionError("a word is wrong");
      }
    }
  }

  private boolean isExposed(CompressedArena arena) {
    ArenaStats stats = arena.stats();
    return Exposure.isEnough(arena)
        && stats.restores().requested() > 0
        && stats.restores().prefetched() > 0
        && stats.tiers().toDense() + stats.tiers().toColdest() > recompressedInCalm;
  }

  /** A close that is refused for the sake of pins, again and again until there are none. */
  private Runnable unpinned(Runnable close) {
    return () -> {
      long begin = System.nanoTime();
      long before = pins.get();
      while (true) {
        try {
          close.run();
          System.out.printf(
              "closed under fire after %d pins, in %d ms and %d pins more%n",
              before, (System.nanoTime() - begin) / 1_000_000, pins.get() - before);
          return;
        } catch (IllegalStateException e) {
          if (!String.valueOf(e.getMessage()).endsWith(" pins are open")) {
            throw e;
          }
        }
      }
    };
  }

  private static void rest() {
    LockSupport.parkNanos(20_000);
  }
}
