package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RecurrenceTest {
  private static byte touchedEvery(int interval, int times) {
    byte recurrence = 0;
    for (int i = 0; i < times; i++) {
      recurrence = Recurrence.touched(recurrence, interval - 1);
    }
    return recurrence;
  }

  @Test
  void whatIsTouchedOftenIsWarmerThanItsAge() {
    byte hot = touchedEvery(2, 3);
    byte rare = touchedEvery(100, 3);
    assertTrue(Recurrence.coldness(hot, 20) < Recurrence.coldness((byte) 0, 20));
    assertTrue(Recurrence.coldness(rare, 20) > 3 * Recurrence.coldness(hot, 20));
    assertEquals(100, Recurrence.coldness(rare, 50), 5);
  }

  @Test
  void whatIsInUseIsNotColdHoweverRareItWas() {
    assertEquals(0, Recurrence.coldness(touchedEvery(200, 3), Recurrence.YOUNG - 1));
  }

  @Test
  void changedWaysAreBelievedAfterAFewTouches() {
    byte recurrence = touchedEvery(120, 5);
    for (int i = 0; i < 8; i++) {
      recurrence = Recurrence.touched(recurrence, 0);
    }
    assertTrue(Recurrence.coldness(recurrence, 3) < 10);
    for (int i = 0; i < 8; i++) {
      recurrence = Recurrence.touched(recurrence, 119);
    }
    assertTrue(Recurrence.coldness(recurrence, 3) > 90);
  }

  @Property
  void coldnessGrowsWithAgeAndStaysWithinItsBounds(
      @ForAll byte recurrence, @ForAll @IntRange(max = 254) int age) {
    int coldness = Recurrence.coldness(recurrence, age);
    assertTrue(coldness >= 0 && coldness <= AgeHistogram.OLDEST);
    assertTrue(Recurrence.coldness(recurrence, age + 1) >= coldness);
  }

  @Property
  void theMeanLiesBetweenOldAndNew(
      @ForAll @IntRange(min = 1, max = 200) int before,
      @ForAll @IntRange(min = 1, max = 200) int now) {
    byte old = touchedEvery(before, 3);
    byte next = Recurrence.touched(old, now - 1);
    int age = 10;
    int least = Recurrence.coldness(touchedEvery(Math.min(before, now), 3), age);
    int most = Recurrence.coldness(touchedEvery(Math.max(before, now), 3), age);
    int coldness = Recurrence.coldness(next, age);
    assertTrue(coldness >= least && coldness <= most, least + " " + coldness + " " + most);
  }
}
