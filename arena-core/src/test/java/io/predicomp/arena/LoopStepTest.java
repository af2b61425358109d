package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.agent.Agent;
import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.testkit.RegionAction;
import io.predicomp.arena.testkit.RegionActions;
import io.predicomp.arena.testkit.RegionModel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Agents stepped by one thread between accesses, on a clock that the test moves. */
class LoopStepTest {
  private static final int BYTES = 1 << 16;
  private static final LoopConfig EAGER =
      new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 4, true);

  private static final DenseTierPolicy DENSE = DenseTierPolicy.AUTO.after(1_000, 5_000);

  /** CPU time stands still: the quota never binds. */
  private static final class HandClock implements AgentClock {
    private long now = 1;

    @Override
    public long nanoTime() {
      return now;
    }

    /** Needs carry real times, and are heard of in the step in which they came. */
    @Override
    public long ofSystem(long systemNanos) {
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

  private static void step(BackgroundLoops loops, int slices) {
    for (Agent agent : loops.agents()) {
      for (int i = 0; i < slices && agent.doWork() > 0; i++) {
        // Its return value is all there is to do.
      }
    }
  }

  @Test
  void whatIsColdLeavesMemoryAndWhatIsUsedStays() {
    HandClock clock = new HandClock();
    try (CompressedArena arena =
            CompressedArena.open(ArenaConfig.builder().checksums(true).build());
        BackgroundLoops loops = new BackgroundLoops(arena.mover(), EAGER, DENSE, clock)) {
      Region region = arena.allocateRegion(100 * 4096);
      for (int page = 0; page < 100; page++) {
        region.setLong(page * 4096L, page);
        region.setLong(page * 4096L + 8, ~page);
      }
      for (int i = 0; i < 20; i++) {
        clock.pass(20);
        for (int page = 0; page < 10; page++) {
          assertEquals(page, region.getLong(page * 4096L));
        }
        step(loops, 100);
      }
      assertEquals(10, arena.stats().pages().resident());
      assertEquals(90, arena.stats().demotions().demoted());
      assertTrue(loops.counters().get("hotness_epoch").longValue() >= 19);
      assertEquals(0, arena.stats().restores().demand(), "nothing in use was taken away");
      for (int page = 0; page < 100; page++) {
        assertEquals(~page, region.getLong(page * 4096L + 8));
      }
    }
  }

  @Test
  void withoutCompressionNothingLeaves() {
    LoopConfig config =
        new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.OFF, 1, 4, false);
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops =
            new BackgroundLoops(arena.mover(), config, DenseTierPolicy.OFF, clock)) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      for (int i = 0; i < 20; i++) {
        clock.pass(100);
        step(loops, 100);
      }
      assertEquals(16, arena.stats().pages().resident());
      assertEquals("background compression is switched off", loops.verdict());
    }
  }

  /** One pass over all pages, as a wake. */
  private static void wake(Region region, long value) {
    for (int page = 0; page < region.pageCount(); page++) {
      assertEquals(value, region.getLong(page * 4096L));
      region.setLong(page * 4096L, value + 1);
    }
  }

  /** Time passes in epochs, the agents with it. */
  private static void sleep(BackgroundLoops loops, HandClock clock, long millis) {
    for (long slept = 0; slept < millis; slept += 20) {
      clock.pass(20);
      step(loops, 100);
    }
  }

  @Test
  void fromTheThirdCycleOnPagesAreThereBeforeTheyAreNeeded() {
    HandClock clock = new HandClock();
    try (CompressedArena arena =
            CompressedArena.open(ArenaConfig.builder().checksums(true).build());
        BackgroundLoops loops = new BackgroundLoops(arena.mover(), EAGER, DENSE, clock)) {
      Region region = arena.allocateRegion(200 * 4096);
      for (int cycle = 0; cycle < 8; cycle++) {
        ArenaStats before = arena.stats();
        wake(region, cycle);
        ArenaStats woke = arena.stats().since(before);
        if (cycle == 1 || cycle == 2) {
          assertEquals(200, woke.restores().demand(), "nothing could be known yet");
        } else {
          assertEquals(0, woke.restores().demand(), "cycle " + cycle);
          assertEquals(cycle == 0 ? 0 : 200, woke.restores().prefetchedUsed());
        }
        sleep(loops, clock, 1_800);
        assertEquals(0, arena.stats().pages().resident(), "cold for most of the time");
        sleep(loops, clock, 200);
        assertEquals(cycle < 2 ? 0 : 200, arena.stats().pages().resident(), "cycle " + cycle);
      }
      assertEquals("period", loops.predictor());
      assertEquals(2_000, loops.gauges().get("period_ms").doubleValue(), 50);
      assertEquals(0, arena.stats().restores().prefetchedWasted());
      assertTrue(loops.predictions().get("period").accuracy() > 0.99);
    }
  }

  @Test
  void whatTheApplicationSaysIsHeard() {
    LoopConfig slow =
        new LoopConfig(Duration.ofSeconds(5), 50, 50, LoopConfig.Predictor.AUTO, 1, 4, true);
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops =
            new BackgroundLoops(arena.mover(), slow, DenseTierPolicy.OFF, clock)) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      sleep(loops, clock, 2_000);
      assertEquals(16, arena.stats().pages().resident(), "not cold yet");
      loops.hint(region.table(), Phase.IDLE);
      sleep(loops, clock, 1_000);
      assertEquals(0, arena.stats().pages().resident(), "idle need not be cold");
      loops.hint(region.table(), Phase.ACTIVE);
      step(loops, 100);
      assertEquals(16, arena.stats().restores().prefetched());
      assertEquals(16, arena.stats().pages().resident());
      region.close();
      assertThrows(IllegalStateException.class, () -> region.hint(Phase.ACTIVE));
    }
  }

  @Test
  void aStreamIsRestoredAheadAndWhatItLeavesBehindGoesCold() {
    HandClock clock = new HandClock();
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops =
            new BackgroundLoops(arena.mover(), EAGER, DenseTierPolicy.OFF, clock)) {
      Region region = arena.allocateRegion(400 * 4096);
      wake(region, 0);
      sleep(loops, clock, 2_000);
      assertEquals(0, arena.stats().pages().resident());
      for (int page = 0; page < 400; page++) {
        region.setLong(page * 4096L, 7);
        clock.pass(20);
        step(loops, 100);
      }
      ArenaStats stats = arena.stats();
      assertTrue(stats.restores().prefetchedUsed() > 200, stats.restores().toString());
      assertTrue(stats.pages().resident() < 50, stats.pages().toString());
      assertTrue(stats.restores().prefetchAccuracy() > 0.9, stats.restores().toString());
    }
  }

  @Test
  void irregularWakesAreMetWithSilence() {
    HandClock clock = new HandClock();
    Random random = new Random(7);
    try (CompressedArena arena = CompressedArena.open();
        BackgroundLoops loops =
            new BackgroundLoops(arena.mover(), EAGER, DenseTierPolicy.OFF, clock)) {
      Region region = arena.allocateRegion(BYTES);
      for (int cycle = 0; cycle < 20; cycle++) {
        wake(region, cycle);
        sleep(loops, clock, 1_000 + 20 * random.nextInt(100));
      }
      ArenaStats.Restores restores = arena.stats().restores();
      assertTrue(restores.prefetched() <= 2 * 16, restores.toString());
    }
  }

  @Test
  void threadsWorkAndStopWithTheArena() throws InterruptedException {
    ArenaConfig config = ArenaConfig.builder().name("loops").autoloops(EAGER).build();
    long deadline = System.nanoTime() + 60_000_000_000L;
    try (CompressedArena arena = CompressedArena.open(config)) {
      Region region = arena.allocateRegion(BYTES);
      region.fill(0, BYTES, (byte) 1);
      while (arena.stats().demotions().demoted() < 16 && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
      ArenaStats stats = arena.stats();
      assertEquals(16, stats.demotions().demoted());
      assertEquals("", stats.loops().failure());
      assertEquals("touches", stats.loops().hotnessSource());
      assertTrue(stats.loops().totalCpuNanos() > 0);
      assertEquals(1, region.getByte(5000));
    }
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("loops-")));
  }

  @Property(tries = 300)
  void anyActionsWithAgentsBetween(
      @ForAll("actions") List<RegionAction> actions,
      @ForAll("pauses") List<Integer> pauses,
      @ForAll LoopConfig.Predictor predictor,
      @ForAll @IntRange(min = 1, max = 20) int hintEvery) {
    HandClock clock = new HandClock();
    LoopConfig config = new LoopConfig(Duration.ofMillis(100), 50, 50, predictor, 1, 4, true);
    try (CompressedArena arena =
            CompressedArena.open(ArenaConfig.builder().checksums(true).build());
        BackgroundLoops loops = new BackgroundLoops(arena.mover(), config, DENSE, clock);
        RegionModel model = new RegionModel(arena, BYTES)) {
      for (int i = 0; i < actions.size(); i++) {
        model.apply(actions.get(i));
        clock.pass(pauses.get(i % pauses.size()));
        if (i % hintEvery == 0) {
          Phase phase = i % (2 * hintEvery) == 0 ? Phase.ACTIVE : Phase.IDLE;
          loops.hint(model.region().table(), phase);
        }
        step(loops, 3);
        assertEquals(arena.stats().pages().resident(), arena.mover().residentPages());
      }
      model.checkAll();
    }
  }

  @Provide
  Arbitrary<List<RegionAction>> actions() {
    return RegionActions.any(BYTES).list().ofMaxSize(100);
  }

  @Provide
  Arbitrary<List<Integer>> pauses() {
    return Arbitraries.of(0, 5, 20, 100, 4000).list().ofMinSize(1).ofMaxSize(20);
  }
}
