package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The controller in a closed loop: what is demoted comes back on demand and stalls. */
class StallControllerTest {
  private static final long EPOCH = 50_000_000;
  private static final double PER_SECOND = 20;

  private final StallController controller = new StallController(1);
  private final Random random = new Random(5);

  /** Stall share if everything allowed is demoted; the loop answers with a lag of some epochs. */
  private double severity;

  private double demoted;

  private double step() {
    demoted += (controller.allowance() - demoted) * 0.2;
    double stall = severity * demoted * (0.8 + 0.4 * random.nextDouble());
    controller.update((long) (stall * EPOCH), EPOCH);
    return stall;
  }

  private double average(int seconds) {
    double sum = 0;
    int steps = (int) (seconds * PER_SECOND);
    for (int i = 0; i < steps; i++) {
      sum += step();
    }
    return sum / steps;
  }

  @Test
  void leavesAloneWhatDoesNotStall() {
    severity = 0.005;
    average(60);
    assertEquals(1, controller.allowance());
    assertEquals(0, controller.backOffs());
  }

  @Test
  void holdsTheTargetWithoutSwinging() {
    severity = 0.04;
    average(30);
    double least = 1;
    double most = 0;
    double sum = 0;
    for (int second = 0; second < 60; second++) {
      sum += average(1);
      least = Math.min(least, controller.allowance());
      most = Math.max(most, controller.allowance());
    }
    assertTrue(sum / 60 < 0.0115, "stalled " + sum / 60);
    assertTrue(sum / 60 > 0.005, "gives the target away: " + sum / 60);
    assertTrue(most < 2.5 * least, "swings from " + least + " to " + most);
  }

  @Test
  void recoversFromAPhaseChangeWithinAHundredEpochs() {
    severity = 0.005;
    average(20);
    severity = 0.10;
    average(5);
    assertTrue(average(5) < 0.02, "five seconds later: " + controller.stallPercent() + " %");
    average(10);
    assertTrue(average(10) < 0.012, "later: " + controller.stallPercent() + " %");
    severity = 0;
    average(25);
    assertEquals(1, controller.allowance());
  }

  @Test
  void stopsAltogetherWhereAnythingStalls() {
    severity = 5;
    average(20);
    assertEquals(0, controller.allowance(), 0.02);
  }

  /** A wake that stalls for a moment and then is quiet until the next. */
  private void wakes(int count, long stallMillis, long periodMillis) {
    for (int wake = 0; wake < count; wake++) {
      for (long at = 0; at < periodMillis; at += 50) {
        controller.update(at == 0 ? stallMillis * 1_000_000 : 0, EPOCH);
      }
    }
  }

  @Test
  void wakesWithinTheTargetSlowNothingDown() {
    wakes(20, 95, 10_000);
    assertEquals(1, controller.allowance());
    assertEquals(0, controller.backOffs());
  }

  @Test
  void wakesALittleAboveTheTargetAreAnsweredByALittle() {
    wakes(20, 95, 10_000);
    wakes(1, 110, 10_000);
    wakes(1, 110, 10_000);
    assertTrue(controller.allowance() > 0.7, "strangled: " + controller.allowance());
  }

  @Test
  void wakesAtIrregularTimesAreJudgedOverSeveral() {
    Random random = new Random(3);
    for (int wake = 0; wake < 60; wake++) {
      wakes(1, 92, 5_000 + 50 * random.nextInt(200));
    }
    assertEquals(1, controller.allowance());
    assertEquals(0, controller.backOffs());
  }

  @Test
  void tooMuchAtIrregularTimesIsAnsweredAllTheSame() {
    Random random = new Random(3);
    for (int wake = 0; wake < 12; wake++) {
      wakes(1, 180, 5_000 + 50 * random.nextInt(200));
    }
    assertTrue(controller.allowance() < 0.7, "allows " + controller.allowance());
    assertTrue(controller.allowance() > 0.25, "strangled: " + controller.allowance());
  }

  /** Before pages came back for the first time nobody knew that they would. */
  @Test
  void whatTheNextPlanWillMendIsNotCut() {
    controller.plans(0);
    wakes(1, 0, 10_000);
    controller.plans(2);
    wakes(1, 200, 1_000);
    controller.plans(1);
    wakes(3, 95, 10_000);
    assertEquals(1, controller.allowance());
    assertEquals(0, controller.backOffs());
  }

  @Test
  void aLongPeriodIsItsOwnWindow() {
    controller.window(40_000_000_000L);
    wakes(10, 380, 40_000);
    assertEquals(1, controller.allowance());
    controller.window(0);
    wakes(3, 380, 40_000);
    assertEquals(1, controller.allowance(), "its gaps tell as much");
  }

  @Test
  void twoBadWakesAreForgottenAfterTwoGoodOnes() {
    wakes(2, 200, 10_000);
    assertTrue(controller.allowance() < 1);
    assertTrue(controller.allowance() >= 0.25, "strangled: " + controller.allowance());
    wakes(2, 0, 10_000);
    assertEquals(1, controller.allowance());
  }

  @Property(tries = 100)
  void staysWithinItsBoundsWhateverIsMeasured(@ForAll long seed) {
    Random any = new Random(seed);
    StallController wild = new StallController(0.01 + any.nextDouble() * 50);
    for (int i = 0; i < 500; i++) {
      wild.update(any.nextLong(1L << any.nextInt(1, 62)), any.nextLong(1L << any.nextInt(1, 40)));
      assertTrue(wild.allowance() >= 0 && wild.allowance() <= 1);
    }
  }

  @Test
  void targetsOutOfRangeAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> new StallController(0));
    assertThrows(IllegalArgumentException.class, () -> new StallController(101));
  }
}
