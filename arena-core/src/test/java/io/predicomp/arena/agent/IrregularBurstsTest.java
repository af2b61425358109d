package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.LoopConfig.Predictor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bursts after pauses that nobody can predict, under the agents, on a fake clock. */
class IrregularBurstsTest {
  private static final int BURSTS = 40;

  /** Runs half of the bursts to learn, and counts the others. */
  private static SimulatedBursts run(Predictor predictor, int burstMillis, int seed) {
    SimulatedBursts memory = new SimulatedBursts(predictor, burstMillis, seed);
    Random pauses = new Random(seed);
    for (int burst = 0; burst < BURSTS; burst++) {
      if (burst == BURSTS / 2) {
        memory.forget();
      }
      memory.burst(5_000 + pauses.nextInt(10_000));
    }
    return memory;
  }

  private static String figures(SimulatedBursts memory) {
    return String.format(
        "saved %.3f, stalled %.4f, %.0f touches/s, agents %.4f",
        memory.saved(), memory.stalled(), memory.touchesPerSecond(), memory.agentShare());
  }

  /** Where the pages of a burst cost more than the target, a share of them stays. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void asMuchIsSavedAsTheTargetPaysFor(int seed) {
    SimulatedBursts memory = run(Predictor.OFF, 300, seed);
    assertTrue(memory.stalled() < 0.01, figures(memory));
    assertTrue(memory.saved() > 0.25, figures(memory));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shortBurstsTooThatWaitAllTheTime(int seed) {
    SimulatedBursts memory = run(Predictor.OFF, 100, seed);
    assertTrue(memory.stalled() < 0.01, figures(memory));
    assertTrue(memory.saved() > 0.25, figures(memory));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void predictorsThatAreSilentCostNextToNothing(int seed) {
    SimulatedBursts without = run(Predictor.OFF, 100, seed);
    SimulatedBursts with = run(Predictor.AUTO, 100, seed);
    String both = "without: " + figures(without) + "; with: " + figures(with);
    assertEquals(0, with.wasted(), both);
    assertTrue(with.saved() > without.saved() - 0.03, both);
    assertTrue(with.stalled() < without.stalled() + 0.0005, both);
    assertTrue(with.agentShare() < without.agentShare() + 0.0008, both);
    assertTrue(with.touchesPerSecond() > 0.95 * without.touchesPerSecond(), both);
  }

  /** Nothing is needed in a pause. */
  @Test
  void predictorsThatAreSilentSleepInPauses() {
    SimulatedBursts memory = run(Predictor.AUTO, 100, 0);
    memory.forget();
    memory.burst(0);
    int awake = memory.predictorWakes();
    memory.forget();
    memory.burst(10_000);
    int wakes = memory.predictorWakes() - awake;
    assertTrue(awake > 4, awake + " wakes in a burst");
    assertTrue(wakes < 50, wakes + " wakes in a pause of 10 s");
  }

  /** Until then nobody knew that the pages would come back. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theFirstBurstThatWaitsEndsNothing(int seed) {
    SimulatedBursts memory = new SimulatedBursts(Predictor.OFF, 100, seed);
    memory.burst(7_000);
    memory.burst(13_000);
    assertEquals(1, memory.allowance(), memory.outNow() + " out; " + memory.verdict());
  }

  @Test
  void regularBurstsAreRestoredAhead() {
    SimulatedBursts memory = new SimulatedBursts(Predictor.AUTO, 100, 1);
    for (int burst = 0; burst < BURSTS; burst++) {
      if (burst == BURSTS / 2) {
        memory.forget();
      }
      memory.burst(10_000);
    }
    assertEquals(0, memory.demands(), figures(memory));
    assertEquals(0, memory.wasted(), figures(memory));
    assertTrue(memory.saved() > 0.39, figures(memory));
    assertTrue(memory.agentShare() < 0.06, figures(memory));
  }
}
