package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AgeHistogramTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void emptyIsZeroEverywhere() {
    AgeHistogram histogram = new AgeHistogram();
    assertEquals(0, histogram.pages());
    assertEquals(0, histogram.touchedAgainPerSecond(0));
  }

  @Test
  void averagesPagesAndRates() {
    AgeHistogram histogram = new AgeHistogram();
    histogram.add(0, 900);
    histogram.add(2, 60);
    histogram.add(300, 40);
    histogram.touchedAgain(0, 800);
    histogram.touchedAgain(2, 10);
    histogram.endEpoch(2 * SECOND);
    assertEquals(1000, histogram.pages(), 1e-6);
    assertEquals(100, histogram.pagesAtLeast(1), 1e-6);
    assertEquals(40, histogram.pagesAtLeast(255), 1e-6);
    assertEquals(405, histogram.touchedAgainPerSecond(0), 1e-6);
    assertEquals(5, histogram.touchedAgainPerSecond(2), 1e-6);
    assertEquals(0, histogram.touchedAgainPerSecond(3), 1e-6);
  }

  @Test
  void theHazardIsThatOfPagesOfAboutThatAge() {
    AgeHistogram histogram = new AgeHistogram();
    histogram.add(3, 100);
    histogram.add(200, 30);
    histogram.add(210, 10);
    histogram.touchedAgain(3, 20);
    histogram.touchedAgain(210, 4);
    histogram.endEpoch(2 * SECOND);
    assertEquals(0.1, histogram.hazardPerSecond(3), 1e-9);
    assertEquals(0, histogram.hazardPerSecond(4));
    assertEquals(0.05, histogram.hazardPerSecond(200), 1e-9);
    assertEquals(0, histogram.hazardPerSecond(255));
  }

  @Test
  void thePastCountsHalfAfterAHalfLife() {
    AgeHistogram histogram = new AgeHistogram(10 * SECOND);
    for (int i = 0; i < 1000; i++) {
      histogram.add(5, 100);
      histogram.endEpoch(SECOND / 10);
    }
    for (int i = 0; i < 100; i++) {
      histogram.add(0, 100);
      histogram.endEpoch(SECOND / 10);
    }
    assertEquals(50, histogram.pagesAtLeast(5), 1);
    assertEquals(100, histogram.pages(), 1e-6);
  }

  @Test
  void theTimeInWhichNothingCouldBeOldIsForgottenSoon() {
    AgeHistogram histogram = new AgeHistogram();
    for (int second = 0; second < 60; second++) {
      histogram.add(second, 100);
      histogram.endEpoch(SECOND);
    }
    // Half of the time no page could be 30 s old.
    assertTrue(histogram.pagesAtLeast(30) > 62, "" + histogram.pagesAtLeast(30));
    assertEquals(100, histogram.pages(), 1e-6);
  }

  @Property(tries = 200)
  void countsNeverGrowWithAge(
      @ForAll @Size(min = 1, max = 40) int[] seeds, @ForAll @IntRange(min = 1, max = 200) int ms) {
    AgeHistogram histogram = new AgeHistogram();
    for (int seed : seeds) {
      histogram.add((seed >>> 8) & 0x1ff, seed & 0xff);
      histogram.touchedAgain((seed >>> 17) & 0x1ff, seed >>> 28);
      histogram.endEpoch(ms * 1_000_000L);
    }
    for (int age = 1; age <= AgeHistogram.OLDEST; age++) {
      assertTrue(histogram.pagesAtLeast(age) <= histogram.pagesAtLeast(age - 1));
      assertTrue(histogram.touchedAgainPerSecond(age) <= histogram.touchedAgainPerSecond(age - 1));
    }
    assertEquals(seeds.length * (ms * 1_000_000L), histogram.observedNanos());
  }

  @Test
  void forgettingStartsAnew() {
    AgeHistogram histogram = new AgeHistogram();
    histogram.add(1, 5);
    histogram.endEpoch(SECOND);
    histogram.forget();
    assertEquals(0, histogram.pages());
    assertEquals(0, histogram.observedNanos());
    assertThrows(IllegalArgumentException.class, () -> histogram.endEpoch(0));
  }

  @Test
  void costsFollowWhatIsMeasured() {
    PageCosts costs = new PageCosts();
    double before = costs.demoteNanos();
    costs.demoted(0, 123);
    assertEquals(before, costs.demoteNanos());
    costs.demoted(1024, 1024 * 20_000);
    assertEquals((before + 20_000) / 2, costs.demoteNanos(), 1);
    costs.restored(100_000, 100_000 * 1_000L);
    assertEquals(1_000, costs.restoreNanos(), 1);
    costs.stalled(1_000_000, 1_000_000 * 7_000L);
    assertEquals(7_000, costs.stallNanos(), 1);
  }
}
