package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntConsumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Workloads with known answers, one simulated page standing for {@link #SCALE} real ones. */
class ColdThresholdTest {
  private static final int SCALE = 64;
  private static final long EPOCH_MILLIS = 50;
  private static final long EPOCH = EPOCH_MILLIS * 1_000_000;
  private static final int MIB_256 = 65_536 / SCALE;
  private static final int GIB = 262_144 / SCALE;

  /** Costs SCALE times as high make one simulated page as dear as SCALE real ones. */
  private final PageCosts costs = new PageCosts();

  private AgeingPages pages = new AgeingPages(MIB_256, EPOCH);
  private ColdThreshold threshold = new ColdThreshold(500, EPOCH, false);
  private double cpuShare = 0.05;
  private double coverage;

  ColdThresholdTest() {
    costs.demoted(1_000_000, 1_000_000L * 10_000 * SCALE);
    costs.restored(1_000_000, 1_000_000L * 2_500 * SCALE);
    costs.stalled(1_000_000, 1_000_000L * 4_000 * SCALE);
  }

  @Test
  void startsWhereItIsToldButNotBelowTheFloor() {
    assertEquals(2_000_000_000L, new ColdThreshold(2_000, EPOCH, false).nanos());
    assertEquals(100_000_000L, new ColdThreshold(0, EPOCH, false).nanos());
    assertEquals(255, new ColdThreshold(3_600_000, EPOCH, false).age());
    assertEquals(Verdict.LEARNING, threshold.verdict());
    assertTrue(threshold.verdict().demotes());
  }

  @Test
  void canonicalRunIsNotWorthIt() {
    threshold = new ColdThreshold(2_000, EPOCH, false);
    run(60_000, burst(100, 400));
    assertFalse(threshold.verdict().demotes(), threshold.reason());
    assertEquals(0, threshold.share());
    assertEquals(0, threshold.gain());
    assertTrue(threshold.reason().contains("% of"), threshold.reason());
  }

  @Test
  void uniformTouchesLeaveNothingCold() {
    pages = new AgeingPages(GIB, EPOCH);
    Random random = new Random(1);
    int touches = (int) (400_000 * EPOCH_MILLIS / 1000);
    run(
        60_000,
        _ -> {
          // Real touches pick real pages: a simulated page is touched as often as a real one.
          for (int i = 0; i < touches / SCALE; i++) {
            pages.touched.set(random.nextInt(GIB));
          }
        });
    assertFalse(threshold.verdict().demotes(), threshold.reason());
  }

  @Test
  void longIdleIsWorthItOncePrefetchCoversIt() {
    cpuShare = 0.10;
    coverage = 0.98;
    run(60_000, burst(100, 10_000));
    assertEquals(Verdict.WORTH_IT, threshold.verdict(), threshold.reason());
    assertTrue(threshold.gain() > 0.8, threshold.reason());
    assertTrue(threshold.nanos() <= 1_000_000_000, threshold.reason());
  }

  @Test
  void halfTheQuotaHoldsPartOfThePages() {
    coverage = 0.98;
    run(60_000, burst(100, 10_000));
    assertEquals(Verdict.WORTH_IT, threshold.verdict(), threshold.reason());
    assertTrue(threshold.share() > 0.4 && threshold.share() < 0.8, threshold.share() + " of them");
  }

  @Test
  void pagesNeverTouchedAgainAreCold() {
    run(
        60_000,
        _ -> {
          pages.touched.set(0, MIB_256 / 4);
        });
    assertEquals(Verdict.WORTH_IT, threshold.verdict());
    assertEquals(1, threshold.share());
    assertEquals(0.75, threshold.gain(), 0.02);
  }

  @Test
  void goesBelowTheInitialValueWhereThatHoldsMore() {
    threshold = new ColdThreshold(2_000, EPOCH, false);
    cpuShare = 1;
    coverage = 1;
    run(
        60_000,
        ms -> {
          int at = (int) ((long) ms * MIB_256 / 8_000) % MIB_256;
          pages.touched.set(at, Math.min(at + MIB_256 / 100, MIB_256));
        });
    assertEquals(100_000_000L, threshold.nanos(), threshold.reason());
    assertTrue(threshold.gain() > 0.9, threshold.reason());
  }

  @Test
  void staysAboveTheInitialValueUntilEnoughWasSeen() {
    run(
        20_000,
        _ -> {
          pages.touched.set(0, MIB_256 / 4);
        });
    assertEquals(500_000_000L, threshold.nanos());
  }

  @Test
  void stallsAloneCanForbidIt() {
    cpuShare = 100;
    run(60_000, burst(100, 400));
    assertEquals(Verdict.STALLS_TOO_MUCH, threshold.verdict(), threshold.reason());
  }

  @Test
  void everythingInUseIsNothingCold() {
    run(10_000, _ -> pages.touched.set(0, MIB_256));
    assertEquals(Verdict.NOTHING_COLD, threshold.verdict());
  }

  @Test
  void conservativeKeepsToItsRate() {
    threshold = new ColdThreshold(500, EPOCH, true);
    // A quarter is used all the time, a quarter once every 5 s, half of it never.
    run(
        60_000,
        ms -> {
          pages.touched.set(0, MIB_256 / 4);
          if (ms % 5_000 < EPOCH_MILLIS) {
            pages.touched.set(MIB_256 / 4, MIB_256 / 2);
          }
        });
    assertEquals(Verdict.WORTH_IT, threshold.verdict(), threshold.reason());
    assertTrue(threshold.nanos() >= 4_900_000_000L, threshold.reason());
    assertEquals(1, threshold.share());
    assertEquals(0.5, threshold.gain(), 0.1);
  }

  @Test
  void doesNotFlapOnNoise() {
    Random random = new Random(3);
    int[] moves = new int[1];
    int[] last = new int[1];
    run(
        120_000,
        ms -> {
          pages.touched.set(0, MIB_256 / 4);
          for (int i = 0; i < 4; i++) {
            pages.touched.set(random.nextInt(MIB_256));
          }
          if (ms > 60_000 && threshold.age() != last[0]) {
            moves[0]++;
          }
          last[0] = threshold.age();
        });
    assertTrue(moves[0] <= 6, moves[0] + " moves in a minute");
  }

  @Property(tries = 30)
  void staysWithinItsBounds(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 20_000) int initial,
      @ForAll @DoubleRange(min = 0.01, max = 1) double cpu,
      @ForAll @DoubleRange(min = 0, max = 1) double covered,
      @ForAll boolean conservative) {
    Random random = new Random(seed);
    pages = new AgeingPages(256, EPOCH);
    threshold = new ColdThreshold(initial, EPOCH, conservative);
    cpuShare = cpu;
    coverage = covered;
    int hot = 1 + random.nextInt(256);
    int period = 1 + random.nextInt(6_000);
    run(
        40_000,
        ms -> {
          if (ms % period < EPOCH_MILLIS) {
            pages.touched.set(random.nextInt(hot), hot);
          }
          assertTrue(threshold.age() >= 2 && threshold.age() <= AgeHistogram.OLDEST);
          assertTrue(threshold.share() >= 0 && threshold.share() <= 1);
          assertTrue(threshold.gain() >= 0 && threshold.gain() <= 1 + 1e-9);
        });
  }

  @Test
  void breakEvenOf256MebibytesAtFivePercentIsSixteenSeconds() {
    PageCosts real = new PageCosts();
    double cold = BreakEven.coldNanos(real, 65_536, 0.05);
    assertEquals(16.4e9, cold, 0.1e9);
    assertEquals(65_536, BreakEven.affordablePages(real, cold, 0.05), 1e-6);
    assertEquals(0.05, BreakEven.cpuShare(real, 65_536 / (cold / 1e9)), 1e-9);
    assertEquals(0.002, BreakEven.stallShare(real, 1_000, 0.5), 1e-9);
  }

  private IntConsumer burst(int active, int idle) {
    return ms -> {
      if (ms % (active + idle) < active) {
        pages.touched.set(0, MIB_256);
      }
    };
  }

  private void run(int millis, IntConsumer touches) {
    for (int ms = 0; ms < millis; ms += (int) EPOCH_MILLIS) {
      touches.accept(ms);
      pages.endEpoch();
      if (ms % 1_000 == 0) {
        threshold.update(pages.histogram, costs, cpuShare, 0.01, coverage);
      }
    }
  }
}
