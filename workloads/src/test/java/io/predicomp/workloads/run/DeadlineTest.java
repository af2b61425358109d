package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final FakeClock clock = new FakeClock();
  private final Deadline deadline = new Deadline(clock, 1_000);

  @Test
  void isOverWhenItsTimeIsUp() {
    clock.now += 999;
    assertFalse(deadline.isOver());
    clock.now += 1;
    assertTrue(deadline.isOver());
    assertFalse(deadline.isStopped());
  }

  @Test
  void startBeginsAnew() {
    clock.now += 5_000;
    deadline.start();
    assertFalse(deadline.isOver());
    assertEquals(1_000, deadline.remainingNanos());
  }

  @Test
  void sleepsNoLongerThanTheRunLasts() {
    long end = clock.now + 1_000;
    deadline.sleepUntil(clock.now + 50_000);
    assertEquals(end, clock.now);
  }

  @Test
  void keepsTheFirstFailure() {
    RuntimeException first = new IllegalStateException("first");
    deadline.fail(first);
    deadline.fail(new IllegalStateException("second"));
    assertSame(first, deadline.failure());
    assertTrue(deadline.isStopped());
  }
}
