package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NeedAttentionTest {
  private static final long MILLI = 1_000_000;

  /** Of the log of checked mode. */
  private static final int CAPACITY = 1 << 16;

  private final NeedAttention attention = new NeedAttention();
  private int waiting;
  private long now = MILLI;

  /** So many needs more, six milliseconds later; returns how many are read. */
  private int look(int needs, boolean answered) {
    return look(6 * MILLI, needs, answered);
  }

  private int look(long later, int needs, boolean answered) {
    now += later;
    waiting += needs;
    int read = attention.worthReading(waiting, answered, now);
    waiting -= read;
    return read;
  }

  @Test
  void theRestOfABurstIsLeftUntilItIsOver() {
    assertEquals(2_000, look(2_000, false));
    assertEquals(48, look(2_000, false));
    assertEquals(0, look(2_000, false));
    assertEquals(0, look(0, false));
    assertEquals(3_952, look(0, false));
    assertEquals(2_000, look(2_000, false), "the next burst is heard again");
  }

  /** The first look comes late where the reader slept. */
  @Test
  void aBurstAfterALongPauseIsNotReadWhole() {
    assertEquals(0, look(0, false));
    assertEquals(2_048, look(5_000 * MILLI, 20_000, false));
    assertEquals(0, look(2_000, false));
  }

  @Test
  void whoeverAnswersIsToldAtOnce() {
    for (int i = 0; i < 50; i++) {
      assertEquals(2_000, look(2_000, true));
    }
    assertEquals(0, look(2_000, false));
    assertEquals(2_001, look(1, true));
  }

  @Test
  void theLogNeverRunsOver() {
    // As many as two processors restore in that time.
    int needs = (int) (NeedAttention.LOOK_NANOS / 1_000);
    int most = 0;
    for (int i = 0; i < 1_000; i++) {
      most = Math.max(most, waiting + needs);
      look(NeedAttention.LOOK_NANOS, needs, waiting + needs > CAPACITY / 4 * 3);
    }
    assertTrue(most < CAPACITY, most + " waited");
    assertTrue(most > CAPACITY / 2, "the log was never nearly full: " + most);
  }

  @Test
  void needsThatNeverEndAreReadNowAndThen() {
    int reads = 0;
    for (int i = 0; i < 1_000; i++) {
      reads += look(100, false) > 0 ? 1 : 0;
    }
    // The first 2,048 at once, of each 6 s of looks then one in 400 ms.
    assertEquals(21 + (6_000 - 126) / 400, reads, 3);
  }
}
