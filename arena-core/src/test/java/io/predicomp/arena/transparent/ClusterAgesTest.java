package io.predicomp.arena.transparent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.page.FoundPages;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.arena.policy.VictimPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One block of 16 clusters of 16 pages, and a region whose faults the test makes up. */
class ClusterAgesTest {
  private static final int ALL = 0xFFFF;

  private final ClusterAges ages = new ClusterAges(256, 4096);
  private final int[] stamps = new int[16];
  private final int[] absent = new int[16];
  private final List<String> seen = new ArrayList<>();
  private int resident;
  private int evicted;
  private int fault = 1;

  private final AgeObserver observer =
      new AgeObserver() {
        @Override
        public void untouched(int age, int coldness, int pages, boolean inMemory) {
          resident += inMemory ? pages : 0;
          evicted += inMemory ? 0 : pages;
        }

        @Override
        public void touched(AgedRegion region, int page, int age, int coldness) {
          seen.add(page + " at " + age);
        }
      };

  private void harvest() {
    resident = 0;
    evicted = 0;
    seen.clear();
    ages.beginRound(1);
    ClusterAges.Look look =
        new ClusterAges.Look() {
          @Override
          public int stamp(int cluster) {
            return stamps[cluster];
          }

          @Override
          public int absent(int cluster) {
            return absent[cluster];
          }

          @Override
          public boolean hasMemory(int cluster) {
            return cluster < 8;
          }
        };
    ages.harvest(0, 16, 1, true, look, NONE, observer);
  }

  private void send(int cluster, int pages, boolean onProbation) {
    absent[cluster] = pages;
    ages.left(cluster, pages, onProbation);
  }

  private void use(int cluster, int pages) {
    absent[cluster] &= ~pages;
    stamps[cluster] = ++fault;
  }

  @Test
  void withoutAbsentPagesNothingGrowsOlder() {
    for (int i = 0; i < 5; i++) {
      harvest();
    }
    assertEquals(0, ages.age(3));
    assertEquals(8 * 16, resident, "the others have no memory");
    assertTrue(ages.isCandidate(7));
    assertFalse(ages.isCandidate(8));
  }

  @Test
  void aClusterThatStaysAwayLetsItsBlockGrowOld() {
    harvest();
    assertEquals(0, ages.nextProbe(0));
    send(0, ALL, true);
    for (int i = 0; i < 5; i++) {
      harvest();
    }
    assertEquals(5, ages.age(0));
    assertEquals(5, ages.age(7));
    assertEquals(0, ages.age(9), "nothing is there");
    assertEquals(16, evicted);
    assertEquals(-1, ages.nextProbe(0), "one is enough");
  }

  @Test
  void aFewAbsentPagesSayNothing() {
    harvest();
    send(0, 0x7, true);
    for (int i = 0; i < 5; i++) {
      harvest();
    }
    assertEquals(0, ages.age(0));
    assertEquals(0, ages.age(7));
    assertEquals(1, ages.nextProbe(0), "the first has been demoted as far as it goes");
  }

  @Test
  void theYoungestCounts() {
    harvest();
    send(0, ALL, true);
    send(1, ALL, true);
    harvest();
    harvest();
    use(1, 0x1);
    harvest();
    assertEquals(List.of("16 at 2"), seen);
    assertEquals(3, ages.age(0));
    assertEquals(0, ages.age(1));
    assertEquals(0, ages.age(7));
    harvest();
    assertEquals(1, ages.age(7));
  }

  @Test
  void whatCameBackSoonGrowsOldSlowly() {
    harvest();
    send(0, ALL, false);
    for (int round = 1; round <= 3; round++) {
      send(1, ALL, false);
      harvest();
      use(1, ALL);
      harvest();
    }
    for (int i = 0; i < 16; i++) {
      harvest();
    }
    assertEquals(2, ages.age(1), "every eighth epoch, after three times");
    assertTrue(ages.age(7) > 15);
  }

  @Test
  void probesTakeTurnsAndComeLessOftenWhereTheyComeBack() {
    harvest();
    List<Integer> probes = new ArrayList<>();
    int waited = 0;
    for (int epoch = 0; epoch < 40; epoch++) {
      int probe = ages.nextProbe(0);
      if (probe < 0) {
        waited++;
      } else {
        probes.add(probe);
        send(probe, ALL, true);
        use(probe, ALL);
      }
      harvest();
    }
    assertEquals(List.of(0, 1, 2, 3, 4), probes);
    assertEquals(35, waited);
    assertEquals(new ProbeReport(0, 5 * 16, 0), ages.reportProbes());
    assertEquals(ProbeReport.NONE, ages.reportProbes());
  }

  @Test
  void aProbeThatComesBackTakesTheAgeOfItsBlockWithIt() {
    harvest();
    send(ages.nextProbe(0), ALL, true);
    harvest();
    harvest();
    assertEquals(2, ages.age(7));
    use(0, ALL);
    harvest();
    assertEquals(0, ages.age(7));
  }

  @Test
  void aProbeThatStaysAwayIsToldOnce() {
    harvest();
    send(0, ALL, true);
    for (int i = 0; i < 8; i++) {
      harvest();
      assertEquals(new ProbeReport(16, 0, 0), ages.reportProbes());
    }
    harvest();
    assertEquals(new ProbeReport(0, 0, 16), ages.reportProbes());
    use(0, ALL);
    harvest();
    assertEquals(ProbeReport.NONE, ages.reportProbes(), "too late");
  }

  @Test
  void prefetchedPagesAreCreditedOnceAndCountAsUsed() {
    harvest();
    send(2, ALL, false);
    ages.fetched(33);
    ages.fetched(34);
    absent[2] &= ~0x6;
    assertTrue(ages.isWitness(47));
    assertFalse(ages.isWitness(46));
    assertEquals(List.of(33, 34), credit(2));
    assertEquals(List.of(), credit(2));
    assertFalse(ages.isWitness(47));
    use(2, 0x8000);
    harvest();
    assertEquals(List.of("33 at 0", "34 at 0", "47 at 0"), seen);
    send(2, ALL, false);
    ages.fetched(40);
    assertEquals(1, ages.left(2, ALL, false), "nobody came for it");
  }

  @Test
  void ofClustersThatComeBackOneAfterAnotherTheFirstAndTheLastAreWitnesses() {
    harvest();
    List<Integer> witnesses = new ArrayList<>();
    for (int cluster = 0; cluster < 16; cluster++) {
      send(cluster, ALL, false);
    }
    for (int page = 0; page < 256; page++) {
      if (ages.isWitness(page)) {
        witnesses.add(page);
      } else {
        ages.fetched(page);
        absent[page / 16] &= ~(1 << page % 16);
      }
    }
    assertEquals(List.of(15, 255), witnesses);
    use(15, ALL);
    assertEquals(254, credit(15).size());
    harvest();
    assertEquals(255, seen.size(), "what was found counts as used, without a fault of its own");
    assertEquals(List.of(), credit(7));
  }

  private List<Integer> credit(int cluster) {
    List<Integer> pages = new ArrayList<>();
    ages.credit(cluster, pages::add);
    return pages;
  }

  @Test
  void whatIsToldToBeInUseStaysYoungAndIsNotProbed() {
    harvest();
    send(0, ALL, true);
    assertEquals(0, ages.observed(0, 8 * 16, true, 4), "none was older");
    for (int i = 0; i < 4; i++) {
      harvest();
      assertEquals(0, ages.age(3), "although its neighbour's probe stays away");
    }
    harvest();
    assertEquals(1, ages.age(3), "not told anew");
    assertEquals(5, ages.age(0), "an absent page tells better");
    assertEquals(7 * 16, ages.observed(0, 8 * 16, true, 4), "but for the absent one");
    assertEquals(0, ages.age(3));
    use(0, ALL);
    harvest();
    assertEquals(-1, ages.nextProbe(0));
  }

  @Test
  void whatIsToldToBeColdGrowsOlderWithoutAProbe() {
    harvest();
    ages.observed(8, 4 * 16, false, 4); // from the middle of a cluster to that of another
    for (int i = 0; i < 3; i++) {
      harvest();
    }
    assertEquals(0, ages.age(0));
    assertEquals(3, ages.age(1));
    assertEquals(3, ages.age(3));
    assertEquals(0, ages.age(4));
    assertEquals(0, ages.nextProbe(0), "not told");
    ages.observed(0, 16, false, 4);
    assertEquals(4, ages.nextProbe(0), "the next that is not");
    use(2, 0); // a write to a clean page
    harvest();
    assertEquals(0, ages.age(2));
    assertEquals(4, ages.age(1));
    harvest();
    harvest();
    assertEquals(4, ages.age(1), "not told anew");
  }

  private static final AgedRegion NONE =
      new AgedRegion() {
        @Override
        public long base() {
          return 0;
        }

        @Override
        public int pageCount() {
          return 256;
        }

        @Override
        public int pageBytes() {
          return 4096;
        }

        @Override
        public long firstPage() {
          return 1;
        }

        @Override
        public boolean isAway(int page) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int age(int page) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void harvest(int page, int count, int epochs, AgeObserver observer) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
          throw new UnsupportedOperationException();
        }

        @Override
        public PrefetchOutcome prefetch(int page) {
          throw new UnsupportedOperationException();
        }

        @Override
        public FoundPages foundPages() {
          throw new UnsupportedOperationException();
        }
      };
}
