package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuQuotaTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;

  /** Any sliding minute, any demand, slices that run over: never more than a tenth above. */
  @Property(tries = 200)
  void noMinuteExceedsTheQuotaByMoreThanATenth(
      @ForAll @DoubleRange(min = 1, max = 100) double percent, @ForAll long seed) {
    Random random = new Random(seed);
    CpuQuota quota = new CpuQuota(percent, 0);
    ArrayDeque<long[]> window = new ArrayDeque<>();
    double limit = percent / 100 * 60 * SECOND * 1.1;
    long inWindow = 0;
    long now = 0;
    boolean greedy = true;
    while (now < 200 * SECOND) {
      if (random.nextInt(100) == 0) {
        greedy = !greedy;
      }
      long allowed = quota.allowanceNanos(now);
      if (greedy && allowed > 0) {
        // A slice may run over by a page or two.
        long used = allowed + random.nextLong(20_000);
        now += used;
        quota.charge(used, now);
        window.addLast(new long[] {now, used});
        inWindow += used;
      } else {
        now += 1 + random.nextLong(greedy ? 5 * MILLI : 300 * MILLI);
      }
      while (!window.isEmpty() && window.peekFirst()[0] < now - 60 * SECOND) {
        inWindow -= window.removeFirst()[1];
      }
      assertTrue(inWindow <= limit, inWindow + " ns in a minute, " + limit + " allowed");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 5, 10, 50})
  void demandThatNeverEndsGetsTheWholeQuota(double percent) {
    CpuQuota quota = new CpuQuota(percent, 0);
    long now = spendAll(quota, 0, 60 * SECOND);
    long before = quota.usedNanos();
    spendAll(quota, now, now + 60 * SECOND);
    double used = quota.usedNanos() - before;
    assertEquals(percent / 100 * 60 * SECOND, used, 0.02 * 60 * SECOND);
  }

  @Test
  void aBurstRunsAtHalfACore() {
    CpuQuota quota = new CpuQuota(10, 0);
    spendAll(quota, 0, SECOND);
    double cores = quota.usedNanos() / (double) SECOND;
    assertTrue(cores > 0.45 && cores < 0.55, cores + " cores");
  }

  @Test
  void workThatCanWaitLeavesTheReserve() {
    CpuQuota quota = new CpuQuota(5, 0);
    long reserve = quota.capacityNanos() - 5 * MILLI;
    assertEquals(5 * MILLI, quota.allowanceNanos(0, reserve));
    quota.charge(5 * MILLI, 0);
    assertEquals(0, quota.allowanceNanos(0, reserve));
    assertTrue(quota.allowanceNanos(0) > 0);
  }

  @Test
  void debtIsPaidBeforeAnythingIsAllowed() {
    CpuQuota quota = new CpuQuota(5, 0);
    quota.charge(quota.capacityNanos() + 50 * MILLI, 0);
    assertEquals(0, quota.allowanceNanos(0));
    assertEquals(0, quota.allowanceNanos(999 * MILLI));
    assertTrue(quota.allowanceNanos(1001 * MILLI) > 0);
  }

  @Test
  void afterTheWaitTheWantedTimeIsAllowed() {
    CpuQuota quota = new CpuQuota(5, 0);
    quota.charge(quota.capacityNanos(), 0);
    long wait = quota.waitNanos(2 * MILLI, 0);
    assertTrue(quota.allowanceNanos(wait - 2 * MILLI) < 2 * MILLI);
    assertTrue(Math.abs(2 * MILLI - quota.allowanceNanos(wait)) <= 1);
    assertEquals(0, quota.waitNanos(MILLI, wait));
  }

  @Test
  void aClockThatStepsBackGivesNothing() {
    CpuQuota quota = new CpuQuota(5, 100 * SECOND);
    quota.charge(quota.capacityNanos(), 100 * SECOND);
    assertEquals(0, quota.allowanceNanos(50 * SECOND));
    assertEquals(0, quota.allowanceNanos(100 * SECOND));
  }

  @Test
  void sharesOutOfRangeAreNamed() {
    for (double percent : new double[] {0, -1, 101, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new CpuQuota(percent, 0));
    }
    CpuQuota quota = new CpuQuota(5, 0);
    assertThrows(IllegalArgumentException.class, () -> quota.charge(-1, 0));
  }

  private static long spendAll(CpuQuota quota, long start, long end) {
    long now = start;
    while (now < end) {
      long allowed = quota.allowanceNanos(now);
      if (allowed == 0) {
        now += MILLI;
      } else {
        now += allowed;
        quota.charge(allowed, now);
      }
    }
    return now;
  }
}
