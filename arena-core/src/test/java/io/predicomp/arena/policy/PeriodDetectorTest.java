package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sleepers and wakers seen through scan epochs, with a fake clock. */
class PeriodDetectorTest {
  private static final long MILLI = 1_000_000;
  private static final int PAGES = 65_536;
  private static final long ACTIVE = 100 * MILLI;
  private static final long ASKED = 10 * MILLI;

  /** What 65,536 pages at 2.5 µs take on half a core. */
  private static final long RESTORE = 328 * MILLI;

  private final PeriodDetector detector = new PeriodDetector(PAGES);
  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private long now;
  private long wakesPlanned;
  private long wakesLate;
  private long plannedPages;
  private long earliestNanos = Long.MAX_VALUE;
  private long latestNanos;

  /** Runs cycles of 100 ms at work on {@code used} pages and idle times as supplied. */
  private void cycles(int count, int used, long epoch, LongSupplier idle) {
    for (int cycle = 0; cycle < count; cycle++) {
      long wake = now;
      long sleep = wake + ACTIVE;
      long next = sleep + idle.getAsLong();
      boolean planned = false;
      for (; now < next; now += epoch) {
        boolean atWork = now < sleep;
        if (atWork) {
          for (int page = 0; page < used; page++) {
            detector.needed(page, Math.max(now, wake));
          }
        }
        detector.epoch(atWork ? used : 0, atWork ? used : 0, now + epoch);
        // The agent asks more often than epochs end.
        for (long at = now + epoch; at < now + 2 * epoch && at < next; at += ASKED) {
          plan.clear();
          detector.plan(plan, at);
          if (plan.size() > 0) {
            wakesLate += !planned && next - at < RESTORE ? 1 : 0;
            planned = true;
            plannedPages += plan.pages();
            earliestNanos = Math.min(earliestNanos, next - at);
            latestNanos = Math.max(latestNanos, next - at);
          }
        }
      }
      wakesPlanned += planned ? 1 : 0;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 50, 100})
  void learnsATenSecondPeriodByTheThirdCycle(long epochMillis) {
    cycles(2, PAGES, epochMillis * MILLI, () -> 10_000 * MILLI);
    assertEquals(0, wakesPlanned);
    cycles(10, PAGES, epochMillis * MILLI, () -> 10_000 * MILLI);
    assertEquals(10, wakesPlanned);
    assertEquals(10L * PAGES, plannedPages);
    // 65,536 pages at 2.5 µs on half a core take 328 ms.
    assertTrue(earliestNanos >= 320 * MILLI, earliestNanos + " ns before");
    assertTrue(latestNanos <= 1_000 * MILLI, latestNanos + " ns before");
  }

  /** Every other wake waits so much in its first epoch that it needs too few pages to count. */
  @Test
  void knowsWhenAWakeBeganThatWasSlowAtFirst() {
    long epoch = 300 * MILLI;
    for (int cycle = 0; cycle < 8; cycle++) {
      boolean planned = false;
      for (int i = 0; i < 30; i++, now += epoch) {
        int used = i > 1 ? 0 : i == 0 && cycle % 2 == 0 ? PAGES / 100 : PAGES;
        for (int page = 0; page < used; page++) {
          detector.needed(page, now);
        }
        detector.epoch(used, used, now + epoch);
        plan.clear();
        detector.plan(plan, now + epoch);
        planned |= plan.size() > 0;
      }
      wakesPlanned += planned ? 1 : 0;
    }
    assertEquals(6, wakesPlanned);
  }

  @Test
  void restoresOnlyWhatTheLastPhasesNeeded() {
    cycles(8, PAGES / 8, 50 * MILLI, () -> 5_000 * MILLI);
    assertEquals(6, wakesPlanned);
    assertEquals(6L * PAGES / 8, plannedPages);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void toleratesJitterWithAWiderMargin(int seed) {
    Random random = new Random(seed);
    cycles(60, PAGES, 50 * MILLI, () -> (9_800 + random.nextInt(400)) * MILLI);
    assertTrue(wakesPlanned >= 56, wakesPlanned + " of 60");
    assertTrue(wakesLate <= 1, wakesLate + " late");
    assertTrue(earliestNanos >= 300 * MILLI, earliestNanos + " ns before");
    assertTrue(latestNanos <= 1_500 * MILLI, latestNanos + " ns before");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void staysSilentOnIrregularSleep(int seed) {
    Random random = new Random(seed);
    cycles(100, PAGES, 50 * MILLI, () -> (5_000 + random.nextInt(10_000)) * MILLI);
    assertTrue(wakesPlanned <= 1, wakesPlanned + " of 100 wakes predicted");
  }

  @Test
  void learnsTheNewPeriodAfterAChange() {
    cycles(6, PAGES, 50 * MILLI, () -> 10_000 * MILLI);
    long before = wakesPlanned;
    cycles(10, PAGES, 50 * MILLI, () -> 3_000 * MILLI);
    assertTrue(wakesPlanned - before >= 5, (wakesPlanned - before) + " of 10");
  }

  @Test
  void aRegionAlwaysInUseHasNoPeriod() {
    for (int i = 0; i < 2_000; i++) {
      now += 50 * MILLI;
      detector.epoch(PAGES, 0, now);
      detector.plan(plan, now);
    }
    assertEquals(0, plan.size());
    assertFalse(detector.predicts());
  }

  @Test
  void goesOnWhereAFullPlanEnded() {
    PeriodDetector sparse = new PeriodDetector(PAGES);
    PrefetchPlan small = new PrefetchPlan(8);
    long t = 0;
    long planned = 0;
    for (int cycle = 0; cycle < 4; cycle++) {
      for (int epoch = 0; epoch < 100; epoch++, t += 50 * MILLI) {
        for (int page = 0; epoch < 2 && page < 1_000; page++) {
          sparse.needed(page * 64, t);
        }
        sparse.epoch(epoch < 2 ? 1_000 : 0, 0, t + 50 * MILLI);
        for (boolean more = cycle == 3; more; ) {
          small.clear();
          sparse.plan(small, t + 50 * MILLI);
          planned += small.pages();
          more = small.size() > 0;
        }
      }
    }
    assertEquals(1_000, planned);
  }
}
