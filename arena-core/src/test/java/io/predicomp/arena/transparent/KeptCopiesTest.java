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

  /** Epochs in which copies are kept, of 32; each that keeps them keeps 1,000. */
  private int epochs(double share) {
    int worth = 0;
    for (int i = 0; i < 32; i++) {
      if (copies.worthIt()) {
        worth++;
        kept += 1000;
        written += (long) (1000 * share);
      }
      copies.epoch(++epoch, kept, written);
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
    copies.epoch(1, 63, 63);
    assertTrue(copies.worthIt());
    copies.epoch(2, 64, 64);
    copies.epoch(3, 128, 128);
    assertFalse(copies.worthIt());
  }
}
