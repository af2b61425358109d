package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Agents stepped by one thread between accesses, on a clock that the test moves. */
class LoopStepTest {
  private static final int BYTES = 1 << 16;
  private static final LoopConfig EAGER =
      new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 4, true);

  private static final DenseTierPolicy DENSE = DenseTierPolicy.AUTO.after(1_000, 5_000);

  /** CPU time stands still: the quota never binds. */
  private static final class HandClock implements AgentClock {
    // Needs carry real times, so the clock begins with the real one.
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
      @ForAll("actions") List<RegionAction> actions, @ForAll("pauses") List<Integer> pauses) {
    HandClock clock = new HandClock();
    try (CompressedArena arena =
            CompressedArena.open(ArenaConfig.builder().checksums(true).build());
        BackgroundLoops loops = new BackgroundLoops(arena.mover(), EAGER, DENSE, clock)) {
      RegionModel model = new RegionModel(arena.allocateRegion(BYTES));
      for (int i = 0; i < actions.size(); i++) {
        model.apply(actions.get(i));
        clock.pass(pauses.get(i % pauses.size()));
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
