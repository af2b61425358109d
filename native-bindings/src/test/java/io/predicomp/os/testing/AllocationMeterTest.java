package io.predicomp.os.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The meter must be able to say something other than nothing. */
class AllocationMeterTest {
  private Object sink;

  @Test
  void seesAnObject() {
    double bytes = AllocationMeter.bytesPerCall(() -> sink = new long[1], 0);
    assertTrue(bytes >= 16, () -> bytes + " bytes for an array of " + sink);
  }

  @Test
  void seesNothingWhereThereIsNothing() {
    assertEquals(0, AllocationMeter.bytesPerCall(() -> sink = this));
  }
}
