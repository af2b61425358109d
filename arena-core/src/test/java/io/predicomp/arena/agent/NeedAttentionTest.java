package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NeedAttentionTest {
  private static final long MILLI = 1_000_000;

  private final NeedAttention attention = new NeedAttention();
  private int waiting;
  private long now = MILLI;

  /** So many needs more, six milliseconds later; returns whether they are left. */
  private boolean look(int needs, boolean answered) {
    now += NeedAttention.LOOK_NANOS;
    waiting += needs;
    boolean leaves = attention.leaves(waiting, answered, now);
    if (!leaves) {
      waiting = 0;
    }
    return leaves;
  }

  @Test
  void theRestOfABurstIsLeftUntilItIsOver() {
    assertFalse(look(2_000, false));
    assertFalse(look(2_000, false));
    assertFalse(look(2_000, false)); // only now it is known that nobody answers
    assertTrue(look(2_000, false));
    assertTrue(look(2_000, false));
    assertTrue(look(0, false));
    assertFalse(look(0, false));
    assertFalse(look(2_000, false), "the next burst is heard again");
  }

  @Test
  void whoeverAnswersIsToldAtOnce() {
    for (int i = 0; i < 50; i++) {
      assertFalse(look(2_000, true));
    }
    assertTrue(look(2_000, false));
    assertFalse(look(1, true));
  }

  @Test
  void theLogNeverRunsOver() {
    int most = 0;
    for (int i = 0; i < 1_000; i++) {
      look(5_000, false); // as many as two processors restore in that time
      most = Math.max(most, waiting);
    }
    assertTrue(most < 1 << 15, most + " waited");
  }

  @Test
  void needsThatNeverEndAreReadNowAndThen() {
    int reads = 0;
    for (int i = 0; i < 1_000; i++) {
      reads += look(100, false) ? 0 : 1;
    }
    // The first 4,096 at once, of each 6 s of looks then one in 400 ms.
    assertEquals(41 + (6_000 - 246) / 400, reads, 3);
  }
}
