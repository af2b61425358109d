package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DoorbellTest {
  private final Doorbell bell = new Doorbell();
  private final AtomicInteger woken = new AtomicInteger();

  @Test
  void wakesOnceWhoeverSleeps() {
    bell.connect(woken::incrementAndGet);
    bell.ring();
    assertEquals(0, woken.get(), "nobody slept");
    bell.fallAsleep();
    assertTrue(bell.isAsleep());
    bell.ring();
    bell.ring();
    assertEquals(1, woken.get());
    assertFalse(bell.isAsleep());
  }

  @Test
  void whoeverWokeByItselfIsLeftAlone() {
    bell.connect(woken::incrementAndGet);
    bell.fallAsleep();
    bell.awake();
    bell.ring();
    assertEquals(0, woken.get());
  }

  @Test
  void unconnectedItLetsNobodySleep() {
    assertFalse(bell.isConnected());
    bell.ring();
    bell.connect(woken::incrementAndGet);
    assertTrue(bell.isConnected());
  }
}
