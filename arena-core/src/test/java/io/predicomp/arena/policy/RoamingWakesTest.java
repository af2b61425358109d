package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RoamingWakesTest {
  private static final int PAGES = 6400;

  private final RoamingWakes wakes = new RoamingWakes(PAGES);

  private void wake(int from, int end) {
    for (int page = from; page < end; page++) {
      wakes.needed(page % PAGES);
      wakes.needed(page % PAGES);
    }
    wakes.sleeps(true);
  }

  @Test
  void whoNeedsTheSameEachTimeDoesNotRoam() {
    wake(0, 1000);
    wake(0, 1000);
    assertFalse(wakes.roams());
    int tries = wakes.tries();
    for (int i = 0; i < 100; i++) {
      wake(0, 1000);
      assertFalse(wakes.roams());
    }
    assertEquals(tries, wakes.tries());
  }

  @Test
  void whoNeedsTwoThingsInTurnDoesNotEither() {
    for (int i = 0; i < 20; i++) {
      wake(i % 2 * 1000, i % 2 * 1000 + 1000);
    }
    assertFalse(wakes.roams());
  }

  @Test
  void whoIsCutOffEachTimeRoamsUntilAllIsReached() {
    wake(0, 1000);
    wake(1000, 2000);
    wake(2000, 3000);
    assertTrue(wakes.roams());
    wake(3000, 3000 + PAGES);
    assertTrue(wakes.roams(), "only once that is usual");
    int tries = wakes.tries();
    wake(3000, 3000 + PAGES);
    assertFalse(wakes.roams());
    assertEquals(tries, wakes.tries(), "all of the region stays all of it");
  }

  @Test
  void triesThatHelpGoOnButNotForEver() {
    wake(0, 500);
    assertTrue(wakes.roams());
    wake(500, 1000);
    int at = 1000;
    for (int i = 0; i < 6; i++) {
      int tries = wakes.tries();
      wake(at, at += 1500);
      assertEquals(tries + 1, wakes.tries(), "try " + i);
    }
    int tries = wakes.tries();
    for (int i = 0; i < 60; i++) {
      wake(at, at += 1500);
    }
    assertTrue(wakes.tries() < tries + 8, "goes on trying");
  }

  @Test
  void triesThatDoNotHelpBecomeRare() {
    for (int i = 0; i < 1000; i++) {
      wake(i * 1000, i * 1000 + 1000);
    }
    assertTrue(wakes.roams());
    assertTrue(wakes.tries() > 15 && wakes.tries() < 25, "tries: " + wakes.tries());
  }

  @Test
  void aFewPagesSayNothing() {
    for (int i = 0; i < 20; i++) {
      wake(i * 50, i * 50 + 50);
    }
    assertFalse(wakes.roams());
    assertEquals(0, wakes.tries());
  }
}
