package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RestorePaceTest {
  private static final double CPU_NANOS = 2_500;

  private final RestorePace pace = new RestorePace();
  private long now;

  /** A run that takes so long by the clock. */
  private void run(int pages, double nanosPerPage) {
    for (int done = 0; done < pages; done += 32) {
      pace.restored(32, now);
      now += (long) (32 * nanosPerPage);
    }
    pace.end(now, CPU_NANOS);
  }

  @Test
  void anIdleMachineGivesTheWholeBurst() {
    assertEquals(0.5, pace.cores());
    run(4_096, 5_000);
    assertEquals(0.5, pace.cores(), 0.01);
    run(4_096, 1_000);
    assertEquals(0.5, pace.cores(), 0.01);
  }

  @Test
  void aBusyOneIsBelievedAtOnceAndForgottenSlowly() {
    run(4_096, 15_000);
    assertEquals(0.5 / 3, pace.cores(), 0.01);
    run(4_096, 5_000);
    assertEquals(0.5 / 2.5, pace.cores(), 0.01);
    for (int i = 0; i < 20; i++) {
      run(4_096, 5_000);
    }
    assertTrue(pace.cores() > 0.49, "" + pace.cores());
  }

  @Test
  void whatIsTooShortOrTooSlowSaysLittle() {
    run(512, 50_000);
    assertEquals(0.5, pace.cores());
    run(4_096, 5_000_000);
    assertEquals(0.125, pace.cores());
  }
}
