package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Bursts that are cut off by waiting, on memory that tells of a use only by a fault: how soon whole
 * bursts are restored ahead. Four workers go through a quarter of the region each and on where they
 * were stopped; all that is in memory has left again before the next burst.
 */
class BurstLearningTest {
  private static final int PAGES = 65_536;
  private static final int WORKERS = 4;
  private static final long MILLI = 1_000_000;
  private static final int BURST_MILLIS = 100;
  private static final int CYCLE_MILLIS = 10_107;
  private static final int EPOCH_MILLIS = 100;

  /** Of half a core, at 2.5 µs each. */
  private static final int RESTORED_A_MILLI = 200;

  private final RestoredAhead memory = new RestoredAhead(PAGES);
  private final int[] at = new int[WORKERS];
  private final List<Integer> faults = new ArrayList<>();
  private final List<Integer> found = new ArrayList<>();
  private long now;

  /** A burst in which a worker takes so long for a fault, and touches so many pages at most. */
  private void cycle(int faultsAMilli, int mostTouchesAMilli, int restoredAMilli) {
    memory.forget();
    for (int milli = 0; milli < CYCLE_MILLIS; milli++) {
      now += MILLI;
      if (milli < BURST_MILLIS) {
        for (int worker = 0; worker < WORKERS; worker++) {
          int misses = faultsAMilli;
          for (int i = 0; i < mostTouchesAMilli && misses > 0; i++) {
            int page = worker * (PAGES / WORKERS) + at[worker];
            at[worker] = (at[worker] + 1) % (PAGES / WORKERS);
            misses -= memory.touch(page, now) ? 1 : 0;
          }
        }
      } else if (milli == 2_000) {
        memory.demote(1);
      }
      if (now / MILLI % EPOCH_MILLIS == 0) {
        memory.endEpoch(now);
      }
      memory.restore(restoredAMilli, now);
    }
    faults.add(memory.demands);
    found.add(memory.found);
  }

  private double foundLately(int cycles) {
    double ahead = 0;
    double all = 0;
    for (int i = found.size() - cycles; i < found.size(); i++) {
      ahead += found.get(i);
      all += found.get(i) + faults.get(i);
    }
    return ahead / all;
  }

  @Test
  void wholeBurstsAreFoundOnceTwoIntervalsAreKnown() {
    for (int i = 0; i < 8; i++) {
      cycle(25, 10_000, RESTORED_A_MILLI);
    }
    assertTrue(foundLately(4) > 0.98, found + " found, missed " + faults);
  }

  /** Code that is not compiled yet reaches only a third of a pass. */
  @Test
  void soTheyAreWhereTheFirstBurstsAreSlow() {
    for (int i = 0; i < 6; i++) {
      cycle(20, 60, RESTORED_A_MILLI);
    }
    for (int i = 0; i < 3; i++) {
      cycle(25, 10_000, RESTORED_A_MILLI);
    }
    assertTrue(foundLately(2) > 0.98, found + " found, missed " + faults);
  }

  /** A wave that the scheduler holds up says nothing against the next one. */
  @Test
  void oneWaveThatCameTooLateIsForgiven() {
    for (int i = 0; i < 5; i++) {
      cycle(25, 10_000, RESTORED_A_MILLI);
    }
    cycle(25, 10_000, RESTORED_A_MILLI / 20);
    cycle(25, 10_000, RESTORED_A_MILLI);
    assertTrue(foundLately(1) < 0.8, "was not late: " + found);
    cycle(25, 10_000, RESTORED_A_MILLI);
    cycle(25, 10_000, RESTORED_A_MILLI);
    assertTrue(foundLately(2) > 0.98, found + " found, missed " + faults);
  }
}
