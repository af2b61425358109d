package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RecentMostTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void remembersForTenToTwentySeconds() {
    RecentMost most = new RecentMost();
    assertEquals(5, most.add(5, SECOND));
    for (int second = 2; second < 11; second++) {
      assertEquals(5, most.add(1, second * SECOND));
    }
    assertEquals(7, most.add(7, 11 * SECOND));
    assertEquals(7, most.add(1, 29 * SECOND));
    assertEquals(1, most.add(1, 39 * SECOND));
  }
}
