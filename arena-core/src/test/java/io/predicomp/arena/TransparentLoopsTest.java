package io.predicomp.arena;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.agent.Agent;
import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.codec.Dictionaries;
import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.testkit.PageContents;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Agents over transparent memory, stepped by one thread on a clock that the test moves. */
class TransparentLoopsTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 4096;
  private static final LoopConfig EAGER =
      new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 4, true);

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  /** CPU time stands still: the quota never binds. */
  private static final class HandClock implements AgentClock {
    private long now = System.nanoTime();

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public long cpuNanos() {
      return 0;
    }

    void pass(long millis) {
      now += millis * 1_000_000;
    }
  }

  private static void step(BackgroundLoops loops) {
    for (Agent agent : loops.agents()) {
      for (int i = 0; i < 200 && agent.doWork() > 0; i++) {
        // Its return value is all there is to do.
      }
    }
  }

  private static BackgroundLoops loops(CompressedArena arena, AgentClock clock) {
    return new BackgroundLoops(
        arena.memory(), arena.mover(), EAGER, DenseTierPolicy.OFF, clock, List.of());
  }

  private static void fill(MemorySegment words) {
    for (int page = 0; page < PAGES; page++) {
      for (int i = 0; i < 64; i++) {
        words.set(JAVA_LONG, (long) page * PAGE + i * 64L, page * 31L + i);
      }
    }
  }

  private static void check(MemorySegment words) {
    for (int page = 0; page < PAGES; page++) {
      for (int i = 0; i < 64; i++) {
        assertEquals(page * 31L + i, words.get(JAVA_LONG, (long) page * PAGE + i * 64L));
      }
    }
  }

  @Test
  void whatIsColdLeavesMemoryAndWhatIsUsedMostlyStays() {
    HandClock clock = new HandClock();
    try (CompressedArena arena =
            CompressedArena.open(ArenaConfig.builder().checksums(true).build());
        BackgroundLoops loops = loops(arena, clock)) {
      MemorySegment words = arena.transparent().allocate((long) PAGES * PAGE, PAGE);
      fill(words);
      int hot = PAGES / 8;
      long sum = 0;
      for (int i = 0; i < 150; i++) {
        clock.pass(20);
        for (int page = 0; page < hot; page++) {
          sum += words.get(JAVA_LONG, (long) page * PAGE);
        }
        step(loops);
      }
      assertTrue(sum > 0);
      ArenaStats stats = arena.stats();
      String figures = stats.pages() + " " + stats.restores() + " " + loops.counters();
      assertTrue(stats.pages().compressed() > PAGES * 3 / 4, figures);
      assertTrue(loops.counters().get("probation_probes").longValue() > 0, figures);
      // Of 150 times that each hot page was used, those that found it gone.
      assertTrue(stats.restores().demand() < hot * 150L / 20, figures);
      check(words);
    }
  }

  /** A round of the scan goes in slices, between which the first demotion registers the region. */
  @Test
  void memoryTouchedWhileItsRegionIsBeingRegisteredIsFound() {
    try (CompressedArena arena = CompressedArena.open()) {
      TransparentArena memory = arena.transparent();
      MemorySegment words = memory.allocate((long) PAGES * PAGE, PAGE);
      AgedRegion region = arena.memory().regions()[0];
      int half = region.pageCount() / 2;
      region.harvest(0, half, 1, AgeObserver.NONE);
      fill(words);
      assertTrue(memory.compress(words.asSlice((long) (PAGES - 16) * PAGE)) > 0);
      region.harvest(half, region.pageCount() - half, 1, AgeObserver.NONE);
      region.harvest(0, region.pageCount(), 1, AgeObserver.NONE);
      int[] known = new int[1];
      AgeObserver counting =
          new AgeObserver() {
            @Override
            public void untouched(int age, int coldness, int pages, boolean resident) {
              known[0] += pages;
            }

            @Override
            public void touched(AgedRegion of, int page, int age, int coldness) {
              known[0]++;
            }
          };
      region.harvest(0, region.pageCount(), 1, counting);
      assertEquals(PAGES, known[0]);
      check(words);
    }
  }

  @Test
  void hintsNeedNoProbation() {
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops = loops(arena, clock)) {
      TransparentArena memory = arena.transparent();
      MemorySegment words = memory.allocate((long) PAGES * PAGE, PAGE);
      fill(words);
      clock.pass(20);
      step(loops);
      Number probes = loops.counters().get("probation_probes");
      memory.hint(words.asSlice(PAGE, PAGE), Phase.IDLE);
      loops.hint(arena.memory().regions()[0], Phase.IDLE);
      for (int i = 0; i < 20 && arena.stats().pages().compressed() < PAGES; i++) {
        clock.pass(100);
        step(loops);
      }
      assertEquals(PAGES, arena.stats().pages().compressed(), loops.counters()::toString);
      assertEquals(probes, loops.counters().get("probation_probes"));
      memory.hint(words, Phase.ACTIVE);
      loops.hint(arena.memory().regions()[0], Phase.ACTIVE);
      for (int i = 0; i < 20 && arena.stats().pages().resident() < PAGES * 9 / 10; i++) {
        clock.pass(20);
        step(loops);
      }
      assertTrue(arena.stats().pages().resident() >= PAGES * 9 / 10, loops.counters()::toString);
      check(words);
      memory.close();
      assertThrows(IllegalStateException.class, () -> memory.hint(words, Phase.IDLE));
    }
  }

  @Test
  void whatIsInUseAllTheTimeStays() {
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops = loops(arena, clock)) {
      MemorySegment words = arena.transparent().allocate((long) PAGES * PAGE, PAGE);
      fill(words);
      for (int i = 0; i < 60; i++) {
        clock.pass(20);
        for (int page = 0; page < PAGES; page++) {
          words.set(JAVA_LONG, (long) page * PAGE, page * 31L);
        }
        step(loops);
      }
      ArenaStats stats = arena.stats();
      assertTrue(stats.pages().resident() > PAGES * 9L / 10, stats.pages().toString());
      assertTrue(stats.restores().demand() < PAGES * 60L / 20, stats.restores().toString());
      check(words);
    }
  }

  @Test
  void aSweepIsBroughtBackAheadOfItsTouches() {
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops = loops(arena, clock)) {
      MemorySegment words = arena.transparent().allocate((long) PAGES * PAGE, PAGE);
      fill(words);
      arena.compressAll();
      for (int page = 0; page < PAGES; page++) {
        assertEquals(page * 31L, words.get(JAVA_LONG, (long) page * PAGE));
        clock.pass(1);
        step(loops);
      }
      ArenaStats.Restores restores = arena.stats().restores();
      assertTrue(restores.prefetchedUsed() > PAGES / 2, restores.toString());
      assertTrue(restores.demand() < PAGES / 3, restores.toString());
      assertTrue(restores.prefetchAccuracy() > 0.9, restores.toString());
    }
  }

  @Test
  void regionsComeAndGoBetweenSlices() {
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops = loops(arena, clock)) {
      for (int i = 0; i < 30; i++) {
        try (TransparentArena memory = arena.openTransparent()) {
          MemorySegment words = memory.allocate(mebibytes(1) + i * 8192L, PAGE);
          words.fill((byte) i);
          for (int slice = 0; slice < 10; slice++) {
            clock.pass(30);
            loops.agents().get(i % loops.agents().size()).doWork();
            step(loops);
          }
          assertEquals(i * 0x0101_0101_0101_0101L, words.get(JAVA_LONG, 8L * i));
        }
        step(loops);
      }
      assertEquals("", loops.failure());
    }
  }

  @Test
  void denserPagesComeBackThroughTheHandler() {
    int pages = 512;
    ArenaConfig config =
        ArenaConfig.builder().checksums(true).denseTier(DenseTierPolicy.AUTO).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      MemorySegment text = arena.transparent().allocate((long) pages * PAGE, PAGE);
      byte[] content = new byte[pages * PAGE];
      for (int page = 0; page < pages; page++) {
        System.arraycopy(PageContents.TEXT.bytes(PAGE, page), 0, content, page * PAGE, PAGE);
      }
      MemorySegment.copy(content, 0, text, JAVA_BYTE, 0, content.length);
      assertEquals(pages, arena.compressAll());
      DenseTier dense = arena.mover().denseTier();
      long before = arena.stats().pool().payload();

      assertTrue(dense.adopt(dense.regions()[0], Dictionaries.dictionary(1)));
      assertEquals(pages, arena.recompressAll(PageTier.DENSE));
      assertEquals(pages, dense.densePages());
      assertEquals(
          pages / 2,
          dense.recompress(
              dense.regions()[0], 0, pages / 2, PageTier.COLDEST, DenseTierPolicy.AUTO));

      assertEquals(pages / 2, dense.coldestPages());
      assertTrue(arena.stats().pool().payload() < before * 0.9);
      assertArrayEquals(content, text.toArray(JAVA_BYTE));
      assertEquals(pages, arena.stats().demandRestores());
      text.fill((byte) 1);
      assertEquals(0, dense.densePages() + dense.coldestPages(), "writes drop the copies");
      arena.transparent().close();
      assertEquals(0, dense.dictionaries());
    }
  }
}
