package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WakePeriodTest {
  private static final long SECOND = 1_000_000_000L;
  private final WakePeriod wakes = new WakePeriod(SECOND / 2);

  private void burst(long at) {
    for (int i = 0; i < 10; i++) {
      wakes.needed(at + i * SECOND / 100);
    }
  }

  @Test
  void regularWakesAreExpectedAgain() {
    burst(0);
    burst(10 * SECOND);
    assertEquals(0, wakes.periodNs(), "two intervals must agree");
    burst(20 * SECOND + SECOND / 10);
    assertEquals(10 * SECOND, wakes.periodNs());
    assertEquals(20 * SECOND + SECOND / 10, wakes.lastWakeNs());
  }

  @Test
  void irregularOnesAreNot() {
    burst(0);
    burst(5 * SECOND);
    burst(17 * SECOND);
    burst(25 * SECOND);
    assertEquals(0, wakes.periodNs());
  }
}
