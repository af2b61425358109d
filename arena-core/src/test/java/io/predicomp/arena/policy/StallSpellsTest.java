package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StallSpellsTest {
  private static final long EPOCH = 100_000_000;
  private static final double TARGET = 0.01;

  private final StallSpells spells = new StallSpells();

  private void stall(long millis, int epochs) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      spells.add(millis * 1_000_000, EPOCH, TARGET);
    }
  }

  @Test
  void theLongestGapCounts() {
    stall(0, 50);
    stall(90, 1);
    stall(0, 139);
    stall(90, 1);
    stall(0, 59);
    assertEquals(14e9, spells.gapNanos());
  }

  @Test
  void anOldGapIsForgotten() {
    stall(0, 400);
    for (int i = 0; i < 30; i++) {
      stall(90, 1);
      stall(0, 99);
    }
    assertEquals(10e9, spells.gapNanos());
  }

  @Test
  void aWakeSeenByTwoScansIsOne() {
    stall(0, 50);
    stall(50, 2);
    stall(0, 98);
    stall(50, 2);
    assertEquals(10e9, spells.gapNanos());
  }

  @Test
  void whatGoesOnHasNoGap() {
    stall(0, 100);
    stall(5, 30);
    assertEquals(0, spells.gapNanos());
  }

  @Test
  void littleIsNothing() {
    stall(0, 100);
    for (int i = 0; i < 100; i++) {
      spells.add(200_000, EPOCH, TARGET);
    }
    assertEquals(0, spells.gapNanos());
  }
}
