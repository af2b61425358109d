package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RegionActivityTest {
  private final RegionActivity activity = new RegionActivity(128);
  private final long[] bits = new long[2];

  private void scan(int... touched) {
    for (int page : touched) {
      activity.touch(page);
    }
    activity.endScan();
  }

  @Test
  void tellsOfEachScanWhatItFound() {
    scan(1, 2, 3);
    assertEquals(3, activity.takeTouched(bits));
    scan();
    assertEquals(0, activity.takeTouched(bits));
    assertArrayEquals(new long[2], bits);
  }

  /** As when the prefetch agent hears of a whole wake's needs before it looks for scans again. */
  @Test
  void whoMissedScansHearsOfTheLargest() {
    scan(1, 2);
    scan(2, 3, 64);
    scan();
    assertEquals(3, activity.takeTouched(bits));
    assertArrayEquals(new long[] {0b1110, 1}, bits);
  }
}
