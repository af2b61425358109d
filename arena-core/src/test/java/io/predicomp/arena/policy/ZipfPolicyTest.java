package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * The cold policy in a closed loop with pages touched at random, each at a rate of its own, some of
 * which come back for most of a minute after they left: it must settle, not swing. One page stands
 * for sixteen of an arena of 1 GiB under 20,000 touches a second.
 */
class ZipfPolicyTest {
  private static final int SCALE = 16;
  private static final double EPOCHS_PER_SECOND = 1e9 / ZipfPages.EPOCH;

  private final ZipfPages pages = new ZipfPages(4, 65_536 / SCALE, 0.99, 20_000.0 / SCALE, SCALE);
  private double least;
  private double most;
  private double out;

  /** Share of the time stalled in so many seconds. */
  private double run(int seconds) {
    int epochs = (int) (seconds * EPOCHS_PER_SECOND);
    double stalled = 0;
    least = 1;
    most = 0;
    out = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      stalled += pages.epoch(0) / epochs;
      out += pages.out() / epochs;
      least = Math.min(least, pages.out());
      most = Math.max(most, pages.out());
    }
    return stalled;
  }

  @Test
  void settlesAtWhatTheTargetPaysForAndDoesNotSwing() {
    run(120);
    double stalled = run(80);
    assertTrue(stalled < 0.0105, "stalled " + stalled);
    assertTrue(stalled > 0.008, "gives the target away: " + stalled);
    assertTrue(most < 1.1 * least, "swings from " + least + " to " + most);
    assertTrue(pages.policy.isByRecurrence());
  }

  @Test
  void howOftenPagesAreTouchedTellsMoreThanTheirAge() {
    run(150);
    run(50);
    double byRecurrence = out;
    pages.goesByAgeAlone();
    run(150);
    double stalled = run(50);
    assertTrue(out < 0.9 * byRecurrence, out + " by age, " + byRecurrence + " by recurrence");
    assertTrue(stalled < 0.0105, "stalled " + stalled);
    assertTrue(most < 1.1 * least, "swings from " + least + " to " + most);
  }

  @Test
  void anotherPhaseIsMetWithinHalfAMinuteAndLearnedWithinThree() {
    run(150);
    double before = out;
    pages.shuffle();
    run(30);
    assertTrue(run(30) < 0.011, "still stalled");
    run(120);
    assertTrue(run(30) < 0.011, "stalled again");
    assertTrue(out > 0.85 * before, "out " + out + ", before " + before);
    assertTrue(most < 1.1 * least, "swings from " + least + " to " + most);
  }

  @Test
  void stallsThatAreNotItsFaultAreGotOver() {
    run(100);
    double before = pages.out();
    for (int epoch = 0; epoch < 5 * EPOCHS_PER_SECOND; epoch++) {
      pages.epoch(ZipfPages.EPOCH / 5);
    }
    run(90);
    assertTrue(run(30) < 0.0105, "stalled");
    assertTrue(out > 0.85 * before, "out " + out + ", before " + before);
  }

  /** Pages demoted in a minute, as many as come back once it has settled. */
  private static long movedInTheFifthMinute(ZipfPages pages) {
    long before = 0;
    for (int epoch = 0; epoch < 300 * EPOCHS_PER_SECOND; epoch++) {
      before = epoch < 240 * EPOCHS_PER_SECOND ? pages.demoted : before;
      pages.epoch(0);
    }
    return pages.demoted - before;
  }

  @Test
  void conservativeLetsNextToNothingComeBack() {
    ZipfPages paying = new ZipfPages(4, 65_536 / SCALE, 2.2, 20_000.0 / SCALE, SCALE);
    ZipfPages preset = new ZipfPages(4, 65_536 / SCALE, 2.2, 20_000.0 / SCALE, SCALE, true);
    long moved = movedInTheFifthMinute(preset);
    long movedWithout = movedInTheFifthMinute(paying);
    String figures =
        moved + " moved at " + preset.out() + ", " + movedWithout + " at " + paying.out();
    // 0.2 % of all 16,384 pages are 33.
    assertTrue(moved < 100, figures);
    assertTrue(movedWithout > 500, figures);
    assertTrue(preset.out() > 0.15, figures);
  }

  @Test
  void leavesAloneWhatIsAllInUse() {
    ZipfPages uniform = new ZipfPages(4, 65_536 / SCALE, 0, 400_000.0 / SCALE, SCALE);
    for (int epoch = 0; epoch < 60 * EPOCHS_PER_SECOND; epoch++) {
      uniform.epoch(0);
    }
    assertTrue(uniform.out() < 0.01, "out " + uniform.out());
    assertFalse(uniform.demoted > 65_536 / SCALE, "thrashed " + uniform.demoted);
  }
}
