package io.predicomp.arena.transparent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.LoopsOver;
import io.predicomp.arena.agent.BackgroundLoops;
import java.time.Duration;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What probation costs where everything is in use, and how soon it finds out that it is not. */
class ProbationPhasesTest {
  private static final int MEBIBYTES = 256;
  private static final int PAGES = MEBIBYTES * 256;
  private static final int STEP_MILLIS = 20;

  /** Share of the time that probes may cost: a third of 1 %, and a tenth of that on top. */
  private static final double MOST_STALL = 0.01 / 3 * 1.1;

  private final SimulatedMemory memory = new SimulatedMemory(MEBIBYTES);
  private final CompressedArena arena = CompressedArena.open();
  private LoopConfig config = LoopConfig.DEFAULT;
  private BackgroundLoops loops = LoopsOver.memory(memory, arena, config, memory);

  private void open(LoopConfig other) {
    loops.close();
    config = other;
    loops = LoopsOver.memory(memory, arena, config, memory);
  }

  @AfterEach
  void close() {
    loops.close();
    arena.close();
  }

  /** Uses part of the region for so long, now and then. */
  private void run(int seconds, int activeMillis, int periodMillis, int end) {
    for (int millis = 0; millis < seconds * 1000; millis += STEP_MILLIS) {
      if (millis % periodMillis < activeMillis) {
        memory.touch(0, end);
      }
      memory.pass(STEP_MILLIS, loops);
    }
  }

  /** Share of the time that threads waited for pages on probation. */
  private double stalledByProbes(int seconds, int activeMillis, int periodMillis) {
    long before = pagesBack();
    run(seconds, activeMillis, periodMillis, PAGES);
    return (pagesBack() - before) * (double) SimulatedMemory.FAULT_NANOS / (seconds * 1e9);
  }

  private long pagesBack() {
    return loops.counters().get("probation_pages_back").longValue();
  }

  private String figures() {
    return memory.away() + " pages away, " + loops.verdict() + ", " + loops.counters();
  }

  @Test
  void whereEverythingComesBackProbesTakeAThirdOfTheStallTargetAtMost() {
    for (int period : new int[] {STEP_MILLIS, 500}) {
      run(10, Math.min(100, period), period, PAGES);
      long before = memory.stalledNanos();
      double share = stalledByProbes(60, Math.min(100, period), period);
      assertTrue(share < MOST_STALL, "every " + period + " ms: " + share + ", " + figures());
      assertTrue(share > 0, "nothing is tried any more");
      double all = (memory.stalledNanos() - before) / 60e9;
      assertTrue(all < MOST_STALL, "the rest stays: " + all + " of " + share + ", " + figures());
    }
  }

  @Test
  void whatFallsAsleepIsFoundWithinFortyEpochs() {
    open(new LoopConfig(Duration.ofSeconds(2), 50, 1, LoopConfig.Predictor.AUTO, 1, 4, true));
    run(60, 100, 500, PAGES);
    assertTrue(memory.away() < PAGES / 20, figures());
    int epochs = 0;
    while (memory.away() < PAGES * 9 / 10 && epochs < 100) {
      memory.pass(config.epochNanos() / 1_000_000, loops);
      epochs++;
    }
    assertTrue(epochs <= 40, "after " + epochs + " epochs: " + figures());
  }

  @Test
  void whatWakesForGoodIsLeftAloneAgain() {
    run(30, 0, 500, PAGES);
    assertTrue(memory.away() > PAGES * 9 / 10, figures());
    run(20, 100, 500, PAGES);
    long before = memory.stalledNanos();
    run(20, 100, 500, PAGES);
    double share = (memory.stalledNanos() - before) / 20e9;
    assertTrue(share < 0.01, share + ", " + figures());
    assertTrue(stalledByProbes(20, 100, 500) < MOST_STALL, figures());
  }

  @Test
  void longSleepIsUsedInEachPeriod() {
    sleepsLong(page -> memory.touchRound(page, PAGES));
  }

  /** Who waits for each page is cut off long before the end, and goes on there the next time. */
  @Test
  void whoIsCutOffByWaitingFindsAllItsPagesOnceThePeriodIsKnown() {
    sleepsLong(page -> memory.touchRound(page, 2000));
  }

  private void sleepsLong(IntUnaryOperator burst) {
    open(new LoopConfig(Duration.ofMillis(500), 10, 1, LoopConfig.Predictor.AUTO, 1, 4, true));
    double held = 0;
    int steps = 0;
    long restores = 0;
    int page = 0;
    for (int millis = 0; millis < 102_000; millis += STEP_MILLIS) {
      if (millis == 72_000) {
        restores = memory.demandRestores();
      }
      if (millis % 10_100 < 100) {
        page = burst.applyAsInt(page);
      }
      memory.pass(STEP_MILLIS, loops);
      if (millis >= 72_000) {
        held += memory.away();
        steps++;
      }
    }
    assertTrue(held / steps > PAGES * 0.75, held / steps / PAGES + " " + figures());
    long late = memory.demandRestores() - restores;
    assertTrue(late < 3 * PAGES / 50, late + " late, " + figures());
  }
}
