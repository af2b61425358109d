package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VictimAgeTest {
  private final VictimAge ages = new VictimAge();

  @Test
  void everyAgeQualifiesBeforeTheFirstLap() {
    assertTrue(ages.qualifies(0));
  }

  @Test
  void withoutAScanAllAgesAreTheSameAndQualify() {
    see(0, 1000);
    ages.endLap();
    assertTrue(ages.qualifies(0));
  }

  @Test
  void theOldestEighthGoesFirst() {
    see(1, 700);
    see(50, 100);
    see(200, 100);
    ages.endLap();
    assertEquals(50, ages.threshold(), "100 of 900 pages are too few, 200 are enough");
    assertTrue(ages.qualifies(200));
    assertFalse(ages.qualifies(49));
  }

  @Test
  void aLapSeesOnlyItsOwnPages() {
    see(200, 1000);
    ages.endLap();
    see(3, 1000);
    ages.endLap();
    assertEquals(3, ages.threshold());
  }

  @Test
  void aLapWithoutAnythingQualifiesAll() {
    see(9, 1);
    ages.endLap();
    ages.endLap();
    assertEquals(0, ages.threshold());
  }

  @Test
  void whereTheOldAreUsedUpAnyAgeWillDo() {
    see(9, 100);
    ages.endLap();
    assertFalse(ages.qualifies(8));
    ages.relax();
    assertTrue(ages.qualifies(0));
  }

  private void see(int age, int pages) {
    for (int i = 0; i < pages; i++) {
      ages.saw(age);
    }
  }
}
