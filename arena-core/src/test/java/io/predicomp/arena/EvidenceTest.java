package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.agent.Agent;
import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.hotness.AddressRange;
import io.predicomp.arena.hotness.DamonHotness;
import io.predicomp.arena.hotness.FakeDamon;
import io.predicomp.arena.page.ProcessBarrier;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What DAMON adds to touches. */
class EvidenceTest {
  private static final int PAGES = 256;
  private static final long BYTES = PAGES * 4096L;
  private static final LoopConfig EAGER =
      new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.OFF, 1, 4, true);

  private final FakeDamon damon = new FakeDamon();

  private CompressedArena open(LoopConfig loops) {
    return CompressedArena.open(
        ArenaConfig.builder().name("evidence").autoloops(loops).build(),
        ProcessBarrier.best(),
        PageDiscarder.best(),
        Optional.of(damon));
  }

  private static ArenaStats await(CompressedArena arena, Predicate<ArenaStats> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    ArenaStats stats = arena.stats();
    while (!condition.test(stats) && System.nanoTime() < deadline) {
      Thread.sleep(10);
      stats = arena.stats();
    }
    assertTrue(condition.test(stats), stats::toString);
    return stats;
  }

  private static long counter(ArenaStats stats, String name) {
    return stats.counters().get(name).longValue();
  }

  private static boolean isWatching(ArenaStats stats) {
    return stats.loops().hotnessSource().equals("damon+touches");
  }

  /** A clock that the test moves; CPU time stands still, so that no quota binds. */
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
  }

  private final HandClock clock = new HandClock();

  private void step(BackgroundLoops loops, long millis, Runnable access) {
    for (long passed = 0; passed < millis; passed += 200) {
      clock.now += 200_000_000;
      access.run();
      for (Agent agent : loops.agents()) {
        for (int i = 0; i < 100 && agent.doWork() > 0; i++) {
          // Its return value is all there is to do.
        }
      }
    }
  }

  private BackgroundLoops loops(CompressedArena arena) {
    LoopConfig config =
        new LoopConfig(Duration.ofSeconds(2), 50, 50, LoopConfig.Predictor.OFF, 1, 4, true);
    DamonHotness hotness =
        new DamonHotness(
            HotnessConfig.DEFAULT.attributes(),
            damon,
            () -> Stream.of(arena.memory().regions()).map(Evidence::addresses).toList(),
            4096,
            _ -> {});
    return new BackgroundLoops(
        arena.memory(), arena.mover(), config, DenseTierPolicy.OFF, clock, List.of(hotness));
  }

  @Test
  void useThatLeavesNoMarksKeepsPagesInMemory() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      try (BackgroundLoops loops = loops(arena)) {
        step(loops, 1_000, () -> {});
        assertEquals("damon+touches", loops.hotnessSource());
        damon.all(20, 100); // no mark explains it: as through a pinned range
        step(loops, 20_000, () -> {});
        assertEquals(PAGES, arena.stats().pages().resident());
        assertTrue(loops.counters().get("damon_chunks_kept").longValue() > 2 * PAGES);
        damon.all(0, 1_000); // now it is cold for DAMON as well
        step(loops, 20_000, () -> {});
        assertEquals(0, arena.stats().pages().resident());
      }
      assertEquals(0, damon.open.get());
    }
  }

  @Test
  void touchesRescueSmallHotPagesInAColdSpan() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      try (BackgroundLoops loops = loops(arena)) {
        Runnable access = () -> assertEquals(1, region.getByte(7 * 4096));
        step(loops, 1_000, access);
        damon.all(0, 1_000);
        step(loops, 20_000, access);
        assertEquals(1, arena.stats().pages().resident());
        assertEquals(0, arena.stats().restores().demand());
        var counters = loops.counters();
        assertTrue(counters.get("damon_chunks_rescued_by_touches").longValue() > 10);
        assertTrue(counters.get("damon_chunks_marked_cold").longValue() >= 10 * PAGES);
        assertEquals(0L, counters.get("damon_chunks_kept"));
      }
    }
  }

  /** Nothing has to leave memory to be judged, and what is in use does not. */
  @Test
  void transparentMemoryNeedsNoProbationWhereDamonTells() {
    TransparentSupport.require();
    try (CompressedArena arena = CompressedArena.open()) {
      MemorySegment words = arena.transparent().allocate(BYTES, 65_536);
      words.fill((byte) 1);
      try (BackgroundLoops loops = loops(arena)) {
        step(loops, 400, () -> {}); // DAMON begins, and does not tell yet
        assertEquals("damon+probation", loops.hotnessSource());
        Number probes = loops.counters().get("probation_probes");
        damon.all(20, 100);
        words.fill((byte) 1);
        step(loops, 20_000, () -> {});
        assertEquals(PAGES, arena.stats().pages().resident());
        damon.all(0, 1_000);
        step(loops, 20_000, () -> {});
        assertEquals(0, arena.stats().pages().resident());
        assertEquals(probes, loops.counters().get("probation_probes"));
      }
    }
  }

  @Test
  void aFewTouchesExplainLittleAndManyAll() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      try (BackgroundLoops loops = loops(arena)) {
        Runnable most =
            () -> {
              for (int page = 0; page < PAGES * 3 / 4; page++) {
                assertEquals(1, region.getByte(page * 4096L));
              }
            };
        step(loops, 1_000, most);
        damon.all(15, 100);
        step(loops, 20_000, most);
        assertEquals(0L, loops.counters().get("damon_chunks_kept"));
        assertEquals(PAGES * 3 / 4, arena.stats().pages().resident(), "exact, page by page");
      }
    }
  }

  @Test
  void anArenaGivesDamonBack() throws InterruptedException {
    try (CompressedArena arena = open(EAGER)) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      await(arena, EvidenceTest::isWatching);
      assertEquals(1, damon.open.get());
      AddressRange span = damon.spans.getLast();
      assertEquals(BYTES, span.end() - span.start());
      damon.all(0, 100);
      await(arena, s -> counter(s, "damon_snapshots_total") > 1);
    }
    assertEquals(0, damon.open.get());
  }

  @Test
  void withoutDamonItSaysWhyAndGoesOnWithTouches() throws InterruptedException {
    damon.refusal = new Refused(Cause.BUSY, "DAMON is in use, says a test.");
    try (CompressedArena arena = open(EAGER)) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      ArenaStats stats =
          await(arena, s -> s.demotions().demoted() == PAGES && !s.loops().hotnessNote().isEmpty());
      assertEquals("touches", stats.loops().hotnessSource());
      assertEquals("DAMON is in use, says a test.", stats.loops().hotnessNote());
      assertEquals(0, counter(stats, "damon_snapshots_total"));
    }
  }

  @Test
  void touchesAloneAskNobody() {
    HotnessConfig touches = HotnessConfig.DEFAULT.with(HotnessConfig.Evidence.TOUCHES);
    assertEquals(Optional.empty(), Evidence.damon(touches));
    try (CompressedArena arena =
        CompressedArena.open(ArenaConfig.builder().autoloops(EAGER).hotness(touches).build())) {
      ArenaStats.Loops loops = arena.stats().loops();
      assertEquals("touches", loops.hotnessSource());
      assertEquals("", loops.hotnessNote());
    }
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    Duration milli = Duration.ofMillis(1);
    HotnessConfig.Evidence auto = HotnessConfig.Evidence.AUTO;
    assertThrows(
        IllegalArgumentException.class,
        () -> new HotnessConfig(auto, milli, Duration.ofSeconds(11), milli, 10, 100));
    assertThrows(
        IllegalArgumentException.class, () -> new HotnessConfig(auto, milli, milli, milli, 10, 9));
  }
}
