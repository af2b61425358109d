package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two threads that each go over their half of a region, wait for what is away, and sleep for twenty
 * seconds afterwards, on a slow machine: whether passes find their pages restored, although finding
 * them makes the passes shorter.
 */
class StreamerLearningTest {
  private static final int PAGES = 16_384;
  private static final int WORKERS = 2;
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final long IDLE = 20_000 * MILLI;

  /** Of half a core, at 13 µs each. */
  private static final int RESTORED_A_MILLI = 38;

  private static final long TOUCH = MICRO;

  private final RestoredAhead memory = new RestoredAhead(PAGES);
  private final int[] at = new int[WORKERS];
  private final long[] wakesAt = new long[WORKERS];
  private final List<Integer> missed = new ArrayList<>();
  private long now;
  private long lastUse;
  private int oneLeavesIn = 1;

  /**
   * Until both have made a pass; a page that is away takes 60 to 240 µs, by the pass, and a tenth
   * more or less by the thread.
   */
  private void pass(Random random, int epochMillis) {
    memory.forget();
    boolean[] done = new boolean[WORKERS];
    double wait = (60 + random.nextInt(180)) * MICRO;
    long[] waits = {
      (long) (wait * (0.9 + 0.2 * random.nextDouble())),
      (long) (wait * (0.9 + 0.2 * random.nextDouble())),
    };
    while (!done[0] || !done[1]) {
      now += MILLI;
      for (int worker = 0; worker < WORKERS; worker++) {
        done[worker] |= work(worker, waits[worker]);
      }
      if (now - lastUse == 3_000 * MILLI) {
        memory.demote(oneLeavesIn);
      }
      if (now / MILLI % epochMillis == 0) {
        memory.endEpoch(now);
      }
      memory.restore(RESTORED_A_MILLI, now);
    }
    missed.add(memory.demands);
  }

  /** A millisecond of one of them; returns whether it fell asleep. */
  private boolean work(int worker, long wait) {
    long t = Math.max(now - MILLI, wakesAt[worker]);
    while (t < now) {
      int half = PAGES / WORKERS;
      t += memory.touch(worker * half + at[worker], t) ? wait : TOUCH;
      lastUse = now;
      if (++at[worker] == half) {
        at[worker] = 0;
        wakesAt[worker] = t + IDLE;
        return true;
      }
    }
    wakesAt[worker] = t;
    return false;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void passesFindTheirPagesOnceTwoPausesAreKnown(int seed) {
    Random random = new Random(seed);
    memory.pace(13 * MICRO, 0.5);
    for (int pass = 0; pass < 30; pass++) {
      pass(random, seed % 2 == 0 ? 100 : 250);
    }
    for (int pass : missed.subList(5, missed.size())) {
      assertTrue(pass < PAGES / 50, "waited for " + missed);
    }
  }

  /** While they wait, only few may leave; what stayed is not seen in use, and leaves later. */
  @Test
  void passesFindWhatWasNeededWhenItWasLastAway() {
    Random random = new Random(1);
    memory.pace(13 * MICRO, 0.5);
    for (int pass = 0; pass < 20; pass++) {
      oneLeavesIn = pass < 2 || pass > 8 ? 1 : 8;
      pass(random, 100);
    }
    for (int pass : missed.subList(5, missed.size())) {
      assertTrue(pass < PAGES / 50, "waited for " + missed);
    }
  }
}
