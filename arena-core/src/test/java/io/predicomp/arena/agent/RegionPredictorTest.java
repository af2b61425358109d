package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.LoopConfig.Predictor;
import io.predicomp.arena.page.PrefetchOutcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** For how long what was brought back for a wake is held, with a fake clock. */
class RegionPredictorTest {
  private static final int PAGES = SimulatedBursts.PAGES;
  private static final long MILLI = 1_000_000;
  private static final long EPOCH = 100 * MILLI;
  private static final int EPOCHS = 100;
  private static final Duration COLD_AFTER = Duration.ofMillis(500);

  private final RegionActivity activity = new RegionActivity(PAGES);
  private final SimulatedBursts region = new SimulatedBursts(Predictor.OFF, 100, 1);
  private final RegionPredictor predictor =
      new RegionPredictor(
          region, activity, new LoopConfig(COLD_AFTER, 10, 1, Predictor.AUTO, 1, 4, true));
  private long now = EPOCH;
  private int broughtBack;

  private void endEpoch() {
    now += EPOCH;
    activity.endScan();
    predictor.epoch(now);
  }

  /** These pages are used, and found if they were brought back. */
  private void use(int from, int end) {
    for (int page = from; page < end; page++) {
      activity.touch(page);
      if (broughtBack == 0 || region.foundPages().tells(page)) {
        predictor.needed(page, now, 2_500, broughtBack > 0);
      }
    }
    endEpoch();
  }

  private void sleep(int epochs) {
    broughtBack = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      endEpoch();
      while (predictor.hasWork(now)) {
        broughtBack += predictor.carryOut(PAGES, (region, page) -> PrefetchOutcome.RESTORED);
      }
    }
  }

  private void sleepUntilAllIsBack() {
    for (int cycle = 0; cycle < 3; cycle++) {
      use(0, PAGES);
      sleep(EPOCHS - 1);
    }
    assertEquals(PAGES, broughtBack);
    assertTrue(activity.holdUntilNanos > now + EPOCH + COLD_AFTER.toNanos(), "not held");
  }

  private void assertHeldAsIfCold() {
    assertEquals(now + COLD_AFTER.toNanos(), activity.holdUntilNanos);
  }

  @Test
  void whatWasBroughtBackIsHeldUntilItWasUsed() {
    sleepUntilAllIsBack();
    use(0, PAGES);
    assertHeldAsIfCold();
  }

  /**
   * Of a phase whose pages are all there, transparent memory sees nothing but its first moments.
   */
  @Test
  void whatIsUsedForLongIsHeldForAsLong() {
    int epochs = 12;
    for (int cycle = 0; cycle < 3; cycle++) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        use(epoch * PAGES / epochs, (epoch + 1) * PAGES / epochs);
      }
      sleep(EPOCHS - epochs);
    }
    assertEquals(PAGES, broughtBack);
    activity.holdUntilNanos = Long.MAX_VALUE;
    use(0, PAGES);
    long held = activity.holdUntilNanos - now;
    assertTrue(held >= (epochs - 1) * EPOCH && held <= (epochs + 1) * EPOCH, held + " ns");
  }

  @Test
  void theOtherHalfIsWaitedFor() {
    sleepUntilAllIsBack();
    long held = activity.holdUntilNanos;
    use(0, PAGES / 2);
    assertEquals(held, activity.holdUntilNanos);
    use(PAGES / 2, PAGES);
    assertHeldAsIfCold();
  }
}
