package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters needed in an order of their own, with a fake clock. */
class SuccessorTableTest {
  private static final int CLUSTER_PAGES = 16;
  private static final int CLUSTERS = 512;
  private static final int PAGES = CLUSTERS * CLUSTER_PAGES;
  private static final long GAP = 50_000_000;

  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private SuccessorTable table = new SuccessorTable(PAGES, 4_096);
  private PredictorScore score = new PredictorScore(PAGES);
  private long now;
  private long planned;

  private void need(int page) {
    now += GAP;
    score.needed(page, now, GAP);
    table.needed(page, now);
    plan.clear();
    table.plan(plan, now);
    planned += plan.pages();
    score.planned(plan, now, p -> true);
    score.expire(now, PAGES / 16);
  }

  /** Needs every third page of each cluster. */
  private void walk(int... clusters) {
    for (int cluster : clusters) {
      for (int page = 0; page < CLUSTER_PAGES; page += 3) {
        need(cluster * CLUSTER_PAGES + page);
      }
    }
  }

  /** The score of what is done from here on alone. */
  private void scoreAnew() {
    score = new PredictorScore(PAGES);
    planned = 0;
  }

  private void settle() {
    now += 10 * PredictorScore.EXPIRY_NANOS;
    score.expire(now, PAGES);
  }

  private void assertPredicts(double coverage, double accuracy) {
    settle();
    assertTrue(score.coverage() >= coverage, "coverage " + score.coverage());
    assertTrue(score.accuracy() >= accuracy, "accuracy " + score.accuracy());
    assertTrue(score.timeliness() >= 0.9, "timeliness " + score.timeliness());
  }

  private static int[] shuffled(int from, int count, long seed) {
    int[] order = IntStream.range(from, from + count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void learnsAnIrregularWalkInItsSecondRound(long seed) {
    int[] order = shuffled(0, 300, seed);
    walk(order);
    assertEquals(0, planned);
    scoreAnew();
    walk(order);
    assertPredicts(0.9, 0.95);
    scoreAnew();
    walk(order);
    assertPredicts(0.95, 0.95);
  }

  @Test
  void plansOnlyThePagesThatWereNeeded() {
    int[] order = shuffled(0, 100, 5);
    walk(order);
    walk(order);
    BitSet seen = new BitSet();
    for (int round = 0; round < 2; round++) {
      for (int cluster : order) {
        for (int page = 0; page < CLUSTER_PAGES; page += 3) {
          need(cluster * CLUSTER_PAGES + page);
          for (int i = 0; i < plan.size(); i++) {
            seen.set(plan.from(i), plan.end(i));
          }
        }
      }
    }
    assertEquals(600, seen.cardinality());
    assertTrue(seen.stream().allMatch(page -> page % CLUSTER_PAGES % 3 == 0));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void isSilentOnRandomNeeds(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      need(random.nextInt(PAGES));
    }
    assertEquals(0, planned);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void isSilentOnRandomClusters(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      walk(random.nextInt(CLUSTERS));
    }
    assertEquals(0, planned);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void followsTwoStreamsThatRunAtOnce(long seed) {
    int[] one = shuffled(0, 90, seed);
    int[] other = shuffled(200, 130, -seed);
    Random random = new Random(seed);
    int[] at = new int[2];
    for (int step = 0; step < 220 * 8; step++) {
      if (step == 220 * 4) {
        scoreAnew();
      }
      boolean first = random.nextBoolean();
      walk(first ? one[at[0]++ % one.length] : other[at[1]++ % other.length]);
    }
    assertPredicts(0.8, 0.8);
  }

  @Test
  void followsTwoStreamsWhosePagesAlternate() {
    int[] one = shuffled(0, 100, 6);
    int[] other = shuffled(200, 100, 7);
    for (int round = 0; round < 2; round++) {
      scoreAnew();
      for (int i = 0; i < 100; i++) {
        for (int page = 0; page < CLUSTER_PAGES; page++) {
          need(one[i] * CLUSTER_PAGES + page);
          need(other[i] * CLUSTER_PAGES + page);
        }
      }
    }
    assertPredicts(0.85, 0.95);
  }

  @Test
  void forgetsAnOrderThatChanged() {
    int[] before = shuffled(0, 300, 8);
    for (int round = 0; round < 6; round++) {
      walk(before);
    }
    int[] after = shuffled(0, 300, 9);
    scoreAnew();
    walk(after);
    assertTrue(planned <= 300, planned + " pages of 1800 planned by the order of before");
    walk(after);
    walk(after);
    scoreAnew();
    walk(after);
    assertPredicts(0.9, 0.95);
  }

  @Test
  void followsTheOrderThroughNoise() {
    int[] order = shuffled(0, 200, 10);
    Random random = new Random(11);
    for (int round = 0; round < 6; round++) {
      if (round == 3) {
        scoreAnew();
      }
      for (int cluster : order) {
        walk(cluster);
        if (random.nextInt(3) == 0) {
          walk(200 + random.nextInt(CLUSTERS - 200));
        }
      }
    }
    assertPredicts(0.65, 0.9);
  }

  @Test
  void whatComesAfterAPauseFollowsNothing() {
    int[] order = shuffled(0, 40, 12);
    for (int round = 0; round < 8; round++) {
      if (round == 4) {
        scoreAnew();
      }
      walk(order);
      now += 10_000_000_000L;
    }
    // The first clusters of a round, planned at the end of the one before, would have expired.
    assertPredicts(0.9, 1);
  }

  @Test
  void seesClustersThatTakeTurnsSlowly() {
    for (int i = 0; i < 100; i++) {
      now += 2_000_000_000L;
      walk(i % 3 * 10);
    }
    assertTrue(planned > 300, planned + " pages");
  }

  @Test
  void aWalkThatBecomesSlowIsNoRowOfPauses() {
    int[] order = shuffled(0, 40, 16);
    for (int round = 0; round < 6; round++) {
      if (round == 4) {
        scoreAnew();
      }
      for (int cluster : order) {
        now += round == 0 ? 0 : 5_000_000_000L;
        walk(cluster);
      }
    }
    assertPredicts(0.9, 0.9);
  }

  @Test
  void aPlanTooSmallIsGoneOnWith() {
    int[] order = shuffled(0, 100, 13);
    walk(order);
    walk(order);
    PrefetchPlan small = new PrefetchPlan(6);
    BitSet seen = new BitSet();
    for (int cluster : order) {
      for (int page = 0; page < CLUSTER_PAGES; page += 3) {
        table.needed(cluster * CLUSTER_PAGES + page, now += GAP);
      }
      do {
        small.clear();
        table.plan(small, now);
        for (int i = 0; i < small.size(); i++) {
          seen.set(small.from(i), small.end(i));
        }
      } while (small.size() > 0);
    }
    assertTrue(seen.cardinality() > 550, seen.cardinality() + " pages");
  }

  @Test
  void keepsPartOfAWalkLargerThanTheTable() {
    int pages = SuccessorTable.MOST_SLOTS * 2 * CLUSTER_PAGES;
    table = new SuccessorTable(pages, 4_096);
    score = new PredictorScore(1);
    int[] order = shuffled(0, SuccessorTable.MOST_SLOTS * 5 / 4, 14);
    for (int round = 0; round < 4; round++) {
      planned = 0;
      for (int cluster : order) {
        need(cluster * CLUSTER_PAGES);
      }
    }
    assertTrue(planned > order.length / 2, planned + " of " + order.length);
  }

  @Test
  void takesLargePagesAndRefusesTooSmallOnes() {
    table = new SuccessorTable(300, 65_536);
    int[] order = shuffled(0, 300, 15);
    for (int round = 0; round < 2; round++) {
      planned = 0;
      for (int page : order) {
        need(page);
      }
    }
    assertTrue(planned > 270, planned + " pages");
    assertThrows(IllegalArgumentException.class, () -> new SuccessorTable(300, 2_048));
  }

  @Property(tries = 200)
  void neverLeavesWhatWasNeeded(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int pages,
      @ForAll @IntRange(min = 1, max = 20) int orderLength) {
    SuccessorTable any = new SuccessorTable(pages, 16_384);
    Random random = new Random(seed);
    int[] order = random.ints(orderLength, 0, pages).toArray();
    BitSet seen = new BitSet();
    long t = random.nextLong();
    for (int i = 0; i < 1_000; i++) {
      int page = random.nextInt(8) == 0 ? random.nextInt(pages) : order[i % orderLength];
      seen.set(page);
      any.needed(page, t += random.nextLong(-1_000, 1_000_000_000));
      PrefetchPlan one = new PrefetchPlan(random.nextInt(1, 6));
      any.plan(one, t);
      for (int range = 0; range < one.size(); range++) {
        for (int p = one.from(range); p < one.end(range); p++) {
          assertTrue(seen.get(p), "page " + p);
        }
      }
    }
  }
}
