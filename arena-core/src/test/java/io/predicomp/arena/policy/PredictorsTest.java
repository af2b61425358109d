package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.Phase;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Predictors on traces of needed pages with known answers. */
class PredictorsTest {
  private static final int PAGES = 4_096;
  private static final long GAP = 100_000;

  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private long now;

  private PredictorScore score(PrefetchPolicy predictor, int needs, IntUnaryOperator trace) {
    PredictorScore score = new PredictorScore(PAGES);
    for (int i = 0; i < needs; i++) {
      now += GAP;
      int page = trace.applyAsInt(i);
      score.needed(page, now, GAP / 2);
      predictor.needed(page, now);
      plan.clear();
      predictor.plan(plan, now);
      score.planned(plan, now, p -> true);
      score.expire(now, PAGES);
    }
    now += 10_000_000_000L;
    score.expire(now, PAGES);
    return score;
  }

  private static NextKStride stride() {
    return new NextKStride(PAGES, NextKStride.DEFAULT_DISTANCE, NextKStride.DEFAULT_BATCH);
  }

  @Test
  void strideFollowsEqualSteps() {
    for (int step : new int[] {1, 3, -1, -7, 64}) {
      int needs = PAGES / Math.abs(step) - 1;
      PredictorScore score =
          score(stride(), needs, i -> step > 0 ? i * step : PAGES - 1 + i * step);
      assertTrue(score.coverage() > 0.9, "step " + step + " coverage " + score.coverage());
      assertTrue(score.accuracy() > 0.9, "step " + step + " accuracy " + score.accuracy());
      assertTrue(score.timeliness() > 0.9, "step " + step + " timeliness " + score.timeliness());
    }
  }

  @Test
  void strideKeepsInterleavedStreamsApart() {
    PredictorScore score =
        score(stride(), 1_200, i -> i % 3 == 0 ? i / 3 : i % 3 == 1 ? 1_500 + i : 4_000 - i / 3);
    assertTrue(score.coverage() > 0.9, "coverage " + score.coverage());
    assertTrue(score.accuracy() > 0.9, "accuracy " + score.accuracy());
  }

  @Test
  void strideHardlySpeaksOnRandomNeeds() {
    Random random = new Random(4);
    PredictorScore score = score(stride(), 5_000, _ -> random.nextInt(PAGES));
    assertTrue(score.coverage() < 0.02, "coverage " + score.coverage());
    assertTrue(score.accuracy() < PredictorChoice.LEAST_ACCURACY, "" + score.accuracy());
  }

  @Test
  void strideNeverLeavesTheRegion() {
    NextKStride stride = stride();
    for (int page = PAGES - 4; page < PAGES; page++) {
      stride.needed(page, now += GAP);
      stride.plan(plan, now);
    }
    for (int i = 0; i < plan.size(); i++) {
      assertTrue(plan.end(i) <= PAGES);
    }
    assertThrows(IllegalArgumentException.class, () -> new NextKStride(PAGES, 0, 4));
  }

  @Test
  void phaseHintRestoresTheWholeRegionOnce() {
    PhaseHint hint = new PhaseHint(PAGES);
    hint.plan(plan, 1);
    assertEquals(0, plan.size());
    hint.hint(Phase.ACTIVE, 2);
    hint.plan(plan, 3);
    hint.plan(plan, 4);
    assertEquals(PAGES, plan.pages());
  }

  @Test
  void planJoinsNeighboursAndRefusesWhatDoesNotFit() {
    PrefetchPlan small = new PrefetchPlan(2);
    assertTrue(small.add(5, 5, 1));
    assertTrue(small.add(1, 3, 1));
    assertTrue(small.add(3, 4, 1));
    assertEquals(1, small.size());
    assertTrue(small.add(9, 10, 1));
    assertFalse(small.add(20, 21, 1));
    assertEquals(4, small.pages());
    assertThrows(IndexOutOfBoundsException.class, () -> small.from(2));
  }

  private static PredictorChoice choice(String name) {
    return PredictorChoice.ofAll(
        name, PAGES, 4_096, NextKStride.DEFAULT_DISTANCE, NextKStride.DEFAULT_BATCH, p -> true);
  }

  private void feed(PredictorChoice choice, int needs, IntUnaryOperator trace) {
    for (int i = 0; i < needs; i++) {
      now += GAP;
      choice.needed(trace.applyAsInt(i), now, GAP / 2, false);
      plan.clear();
      choice.plan(plan, now, p -> true);
      if (i % 100 == 0) {
        choice.epoch(100, 100, now);
      }
    }
  }

  @Test
  void choiceFindsTheStrideAndLetsGoOfIt() {
    PredictorChoice choice = choice("auto");
    feed(choice, 3_000, i -> i);
    assertEquals("stride", choice.chosenName());
    Random random = new Random(9);
    feed(choice, 300_000, _ -> random.nextInt(PAGES));
    assertTrue(choice.chosenName().equals("off") || choice.score(0).accuracy() >= 0.5);
  }

  @Test
  void choiceFindsAnIrregularWalk() {
    PredictorChoice choice = choice("auto");
    int[] clusters = new Random(13).ints(0, PAGES / 16).distinct().limit(PAGES / 16).toArray();
    feed(choice, 10_000, i -> clusters[i % clusters.length] * 16);
    assertEquals("successor", choice.chosenName());
    assertEquals("successor", choice("successor").chosenName());
  }

  @Test
  void choiceIsSilentOnRandomNeeds() {
    PredictorChoice choice = choice("auto");
    Random random = new Random(11);
    feed(choice, 20_000, _ -> random.nextInt(PAGES));
    assertEquals("off", choice.chosenName());
  }

  @Test
  void choiceCanBeForcedOrOff() {
    PredictorChoice off = choice("off");
    feed(off, 1_000, i -> i);
    assertEquals("off", off.chosenName());
    assertEquals(0, plan.size());
    assertEquals("period", choice("period").chosenName());
    Throwable refused = assertThrows(IllegalArgumentException.class, () -> choice("oracle"));
    assertEquals(
        "predictor is oracle, allowed are auto, stride, phase, period, successor, off",
        refused.getMessage());
  }

  @Test
  void choiceBelievesAHintAtOnce() {
    PredictorChoice choice = choice("auto");
    choice.hint(Phase.ACTIVE, 1);
    choice.plan(plan, 2, p -> true);
    assertEquals(PAGES, plan.pages());
  }

  @Property(tries = 100)
  void scoresAreSharesWhateverHappens(@ForAll long seed) {
    Random random = new Random(seed);
    PredictorScore score = new PredictorScore(64);
    for (int i = 0; i < 500; i++) {
      now += random.nextLong(100_000_000);
      if (random.nextBoolean()) {
        plan.clear();
        int from = random.nextInt(64);
        plan.add(from, from + random.nextInt(64 - from), now);
        score.planned(plan, now, p -> true);
      } else {
        score.needed(random.nextInt(64), now, random.nextLong(1_000_000));
      }
      score.expire(now, 16);
      for (double share :
          new double[] {score.accuracy(), score.coverage(), score.timeliness(), score.value()}) {
        assertTrue(share >= 0 && share <= 1, share + " is no share");
      }
    }
  }
}
