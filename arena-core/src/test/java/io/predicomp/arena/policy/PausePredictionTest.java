package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Work of varying length, then a sleep, seen through scan epochs, with a fake clock. */
class PausePredictionTest {
  private static final long MILLI = 1_000_000;
  private static final long ASKED = 10 * MILLI;
  private static final int PAGES = 16_384;

  /** What all pages take at 2.5 µs on half a core. */
  private static final long RESTORE = 82 * MILLI;

  private final PeriodDetector detector = new PeriodDetector(PAGES);
  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private final long[] touched = new long[PAGES / Long.SIZE];
  private boolean needs = true;
  private LongSupplier epoch = () -> 100 * MILLI;
  private long now;
  private long epochEnds;
  private int touchedInEpoch;
  private int neededInEpoch;
  private boolean planned;
  private long plannedPages;
  private long earliest;
  private int wakesPlanned;
  private int wakesLate;

  private void step() {
    now += ASKED;
    if (now >= epochEnds) {
      detector.epoch(touchedInEpoch, neededInEpoch, now);
      detector.touched(touched);
      Arrays.fill(touched, 0);
      touchedInEpoch = 0;
      neededInEpoch = 0;
      epochEnds = now + epoch.getAsLong();
    }
  }

  /** Goes over these pages within so long. */
  private void work(int from, int end, long nanos) {
    long begin = now;
    int page = from;
    while (page < end) {
      long next = now + ASKED;
      for (; page < end && begin + nanos / (end - from) * (page - from) < next; page++) {
        touchedInEpoch++;
        touched[page / Long.SIZE] |= 1L << page;
        if (needs) {
          detector.needed(page, Math.max(now, begin + nanos / (end - from) * (page - from)));
          neededInEpoch++;
        }
      }
      step();
    }
  }

  private void sleep(long nanos) {
    long wake = now + nanos;
    planned = false;
    while (wake - now >= ASKED) {
      step();
      plan.clear();
      detector.plan(plan, now);
      if (plan.size() > 0) {
        wakesLate += !planned && wake - now < RESTORE ? 1 : 0;
        earliest = Math.max(earliest, wake - now);
        plannedPages += plan.pages();
        planned = true;
      }
    }
    wakesPlanned += planned ? 1 : 0;
  }

  private void cycles(int count, LongSupplier work, LongSupplier pause) {
    for (int i = 0; i < count; i++) {
      work(0, PAGES, work.getAsLong());
      sleep(pause.getAsLong());
    }
  }

  private String figures() {
    return wakesPlanned + " planned, " + wakesLate + " late, " + earliest / MILLI + " ms ahead";
  }

  private static LongSupplier between(Random random, int fromMillis, int endMillis) {
    return () -> (fromMillis + random.nextInt(endMillis - fromMillis)) * MILLI;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void everyWakeIsPredictedFromTheThirdOn(int seed) {
    cycles(40, between(new Random(seed), 1_000, 4_000), () -> 20_000 * MILLI);
    assertEquals(38, wakesPlanned, figures());
    assertEquals(0, wakesLate, figures());
    assertTrue(earliest < 1_200 * MILLI, figures());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void aTimerThatDoesNotWaitForTheWorkIsAPeriod(int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      long work = between(random, 1_000, 4_000).getAsLong();
      long begin = now;
      work(0, PAGES, work);
      sleep(20_000 * MILLI - (now - begin));
    }
    assertTrue(wakesPlanned >= 37, figures());
    assertEquals(0, wakesLate, figures());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void silentWhereBothAreIrregular(int seed) {
    Random random = new Random(seed);
    cycles(100, between(random, 500, 4_000), between(random, 5_000, 15_000));
    assertTrue(wakesPlanned <= 1, figures());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void aPauseThatVariesALittleHasAWiderMargin(int seed) {
    Random random = new Random(seed);
    cycles(60, between(random, 1_000, 4_000), between(random, 19_600, 20_400));
    assertTrue(wakesPlanned >= 55, figures());
    assertTrue(wakesLate <= 1, figures());
    assertTrue(earliest < 3_000 * MILLI, figures());
  }

  /** Where nothing tells exactly when a phase ended, the epoch is added to the margin. */
  @ParameterizedTest
  @CsvSource({"100,100", "100,500", "400,400", "400,1000"})
  void whoKnowsTheEndOnlyToWithinAnEpochBeginsEarlier(int shortest, int longest) {
    needs = false;
    Random random = new Random(7);
    epoch = between(random, shortest, longest + 1);
    cycles(60, between(random, 1_000, 4_000), () -> 20_000 * MILLI);
    assertTrue(wakesPlanned >= 55, figures());
    assertTrue(wakesLate <= 1, figures());
    assertTrue(earliest < (800 + 5L * longest) * MILLI, figures());
  }

  @Test
  void threadsThatDoNotWakeTogetherAreOnePhase() {
    for (int i = 0; i < 20; i++) {
      work(0, PAGES / 2, 10 * MILLI);
      sleep((300 + 20 * i) * MILLI);
      work(PAGES / 2, PAGES, 10 * MILLI);
      wakesPlanned = 0;
      plannedPages = 0;
      sleep(19_000 * MILLI);
      assertEquals(i < 3 ? wakesPlanned : 1, wakesPlanned, "after " + i);
      assertEquals(i < 3 ? plannedPages : PAGES, plannedPages, "after " + i);
    }
    assertEquals(0, wakesLate, figures());
  }

  @Test
  void whatSleepsATenthAsLongFromNowOnIsLearnedAnew() {
    cycles(8, () -> 100 * MILLI, () -> 20_000 * MILLI);
    wakesPlanned = 0;
    cycles(20, () -> 100 * MILLI, () -> 2_000 * MILLI);
    assertTrue(wakesPlanned >= 10, figures());
  }

  /** The last pages are waited for so long that an epoch sees next to nothing of it. */
  @Test
  void aPhaseGoesOnWhileItWaits() {
    Random random = new Random(5);
    for (int i = 0; i < 20; i++) {
      work(0, PAGES - 2_000, 500 * MILLI);
      work(PAGES - 2_000, PAGES, between(random, 400, 2_000).getAsLong());
      sleep(20_000 * MILLI);
    }
    assertEquals(18, wakesPlanned, figures());
    assertEquals(0, wakesLate, figures());
    assertTrue(earliest < 1_200 * MILLI, figures());
  }

  @Test
  void whatIsRememberedTakesAByteAPage() {
    assertEquals(PAGES, detector.metadataBytes());
  }

  @Property(tries = 200)
  void neverPredictsThePast(
      @ForAll @Size(min = 8, max = 60) int[] cycles, @ForAll @IntRange(min = 1, max = 700) int at) {
    PeriodDetector any = new PeriodDetector(64);
    long t = 0;
    boolean slept = false;
    for (int cycle : cycles) {
      int epochs = 1 + (cycle & 7);
      boolean used = (cycle >>> 3 & 3) != 0;
      for (int i = 0; i < epochs + (used ? 0 : 12); i++) {
        if (used && i % 2 == 0) {
          any.needed(i, t);
        }
        t += at * MILLI;
        any.epoch(used ? 40 : 0, used ? 1 : 0, t);
        if (any.predicts() && !slept) {
          assertTrue(any.predictedNanos() > t, any.predictedNanos() + " at " + t);
          assertTrue(any.periodNanos() > 0);
        }
        slept = any.predicts();
      }
    }
    assertFalse(any.periodNanos() < 0);
  }
}
