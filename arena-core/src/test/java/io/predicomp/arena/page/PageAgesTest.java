package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.policy.VictimPolicy;
import io.predicomp.arena.stress.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ages, demotion by age, prefetching and the count of resident pages. */
class PageAgesTest {
  private static final int PAGES = 100;

  private final Pager pager = new Pager(PAGES);
  private final Words words = pager.words();
  private final List<Integer> touchedAges = new ArrayList<>();
  private long residentSeen;
  private long evictedSeen;

  private final AgeObserver observer =
      new AgeObserver() {
        @Override
        public void untouched(int age, int coldness, int pages, boolean resident) {
          if (resident) {
            residentSeen += pages;
          } else {
            evictedSeen += pages;
          }
        }

        @Override
        public void touched(AgedRegion region, int page, int age, int coldness) {
          residentSeen++;
          touchedAges.add(age);
        }
      };

  @AfterEach
  void close() {
    pager.check(7);
    pager.close();
  }

  private void harvest(int epochs) {
    residentSeen = 0;
    evictedSeen = 0;
    pager.mover.harvest(pager.table, 0, PAGES, epochs, observer);
    checkCount();
  }

  private void checkCount() {
    PageCensus census = PageCensus.of(pager.table);
    assertEquals(census.resident(), pager.mover.residentPages(), census.toString());
  }

  private int demoteCold(int minAge) {
    ColdSweep sweep = new ColdSweep(new CheckedMemory(pager.mover));
    VictimPolicy victims = new VictimPolicy(minAge, 1);
    int demoted = 0;
    for (sweep.begin(); !sweep.isDone(); ) {
      demoted += sweep.step(_ -> victims).demoted();
    }
    return demoted;
  }

  @Test
  void pagesAgeUntilTheyAreTouched() {
    pager.fill(7);
    harvest(1);
    assertEquals(PAGES, touchedAges.size());
    harvest(1);
    harvest(3);
    words.get(10 * Pager.PAGE);
    touchedAges.clear();
    harvest(1);
    assertEquals(List.of(4), touchedAges);
    assertEquals(0, pager.table.age(10));
    assertEquals(5, pager.table.age(11));
    assertEquals(PAGES, residentSeen);
    for (int i = 0; i < 5; i++) {
      harvest(127);
    }
    assertEquals(PageTable.OLDEST, pager.table.age(10));
    assertEquals(PageTable.OLDEST, pager.table.age(99));
  }

  @Test
  void onlyOldPagesThatWereNotTouchedSinceAreDemoted() {
    pager.fill(7);
    harvest(1);
    harvest(2);
    for (int page = 0; page < 40; page++) {
      words.get((long) page * Pager.PAGE);
    }
    assertEquals(0, demoteCold(3));
    assertEquals(60, demoteCold(2));
    checkCount();
    harvest(1);
    assertEquals(40, residentSeen);
    assertEquals(60, evictedSeen);
    assertEquals(3, pager.table.age(99), "a demoted page grows older too");
  }

  @Test
  void aPrefetchedPageIsYoungAndToldApartWhenItIsUsed() {
    pager.mover.needs().keep();
    pager.fill(7);
    harvest(1);
    harvest(9);
    demoteCold(9);
    for (int page = 0; page < 10; page++) {
      assertEquals(PrefetchOutcome.RESTORED, pager.mover.prefetch(pager.table, page));
      assertEquals(PrefetchOutcome.NOT_EVICTED, pager.mover.prefetch(pager.table, page));
    }
    checkCount();
    assertEquals(0, demoteCold(9), "what was just brought back is not taken away");
    words.get(3 * Pager.PAGE);
    words.set(4 * Pager.PAGE, words.get(4 * Pager.PAGE));
    List<Integer> found = new ArrayList<>();
    pager
        .mover
        .needs()
        .drain(
            (table, page, nanos, prefetched) -> found.add(prefetched ? page : -1),
            Integer.MAX_VALUE);
    assertEquals(List.of(3, 4), found);
    MoverCounters counters = pager.mover.counters();
    assertEquals(10, counters.prefetches.sum());
    assertEquals(2, counters.prefetchesUsed.sum());
    assertEquals(0, counters.demandRestores.sum());
    harvest(1);
    harvest(9);
    demoteCold(9);
    assertEquals(8, counters.prefetchesWasted.sum());
    assertTrue(counters.demotedClean.sum() >= 8, "the copies were kept");
  }

  @Test
  void aPageOnlyReadIsFreshAgain() {
    words.get(0);
    assertEquals(1, pager.mover.residentPages());
    harvest(1);
    assertEquals(0, pager.mover.residentPages());
    pager.fill(7);
  }

  @Test
  void theCountOfResidentPagesIsThatOfTheCensus() {
    pager.fill(7);
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      int page = random.nextInt(PAGES);
      switch (random.nextInt(6)) {
        case 0 -> pager.mover.demote(pager.table, page, PAGES - page);
        case 1 -> demoteCold(random.nextInt(4));
        case 2 -> pager.mover.harvest(pager.table, page, PAGES - page, 1, AgeObserver.NONE);
        case 3 -> pager.mover.prefetch(pager.table, page);
        case 4 -> words.get((long) page * Pager.PAGE);
        default -> pager.mover.restore(pager.table, page, Math.min(3, PAGES - page));
      }
      checkCount();
    }
    pager.mover.discard(pager.table, 0, PAGES / 2);
    checkCount();
    pager.fill(7);
    checkCount();
  }
}
