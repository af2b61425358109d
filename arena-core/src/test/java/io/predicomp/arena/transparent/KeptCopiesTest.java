package io.predicomp.arena.transparent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KeptCopiesTest {
  private final KeptCopies copies = new KeptCopies();
  private int epoch;
  private long kept;
  private long written;

  /** Epochs in which pages that are read keep copies, of 32; each that keeps them keeps 1,000. */
  private int epochs(double share) {
    int worth = 0;
    for (int i = 0; i < 32; i++) {
      if (copies.afterFault()) {
        worth++;
        kept += 1000;
        written += (long) (1000 * share);
      }
      copies.epoch(++epoch, 0, kept, written);
    }
    return worth;
  }

  @Test
  void copiesThatAreReadOnlyAreKept() {
    assertEquals(32, epochs(0.1));
  }

  @Test
  void copiesThatAreWrittenAreKeptNowAndThen() {
    epochs(1);
    assertEquals(2, epochs(1));
  }

  @Test
  void whenWritingEndsTheyAreKeptAgain() {
    epochs(1);
    epochs(0);
    epochs(0);
    assertEquals(32, epochs(0));
  }

  @Test
  void aFewPagesSayNothing() {
    copies.epoch(1, 0, 63, 63);
    assertTrue(copies.afterFault());
    copies.epoch(2, 0, 64, 64);
    copies.epoch(3, 0, 128, 128);
    assertFalse(copies.afterFault());
  }

  @Test
  void aFaultForAWriteTellsWithoutACopy() {
    copies.epoch(1, 1000, 0, 0);
    copies.epoch(2, 2000, 0, 0);
    assertFalse(copies.afterFault());
    assertFalse(copies.ahead());
  }

  @Test
  void aTrialKeepsNoCopiesOfWhatNobodyTouched() {
    copies.epoch(15, 1000, 0, 0);
    copies.epoch(16, 2000, 0, 0);
    assertTrue(copies.afterFault());
    assertFalse(copies.ahead());
  }
}
