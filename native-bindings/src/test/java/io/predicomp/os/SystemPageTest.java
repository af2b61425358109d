package io.predicomp.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SystemPageTest {
  @Test
  void sizeIsAPowerOfTwoThatLinuxUses() {
    assertEquals(1, Long.bitCount(SystemPage.SIZE));
    assertTrue(SystemPage.SIZE >= 4096 && SystemPage.SIZE <= 65536);
  }

  @Property
  void roundingUpGivesTheNextMultiple(@ForAll @LongRange(max = Long.MAX_VALUE / 2) long bytes) {
    long rounded = SystemPage.roundUp(bytes);
    assertTrue(SystemPage.isAligned(rounded));
    assertTrue(rounded >= bytes && rounded - bytes < SystemPage.SIZE);
  }

  @Test
  void whatIsAlignedStays() {
    assertEquals(0, SystemPage.roundUp(0));
    assertEquals(SystemPage.SIZE, SystemPage.roundUp(SystemPage.SIZE));
    assertFalse(SystemPage.isAligned(SystemPage.SIZE + 1));
    long largest = -SystemPage.SIZE & Long.MAX_VALUE;
    assertEquals(largest, SystemPage.roundUp(largest));
  }

  @Test
  void whatCannotBeRoundedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> SystemPage.roundUp(-1));
    assertThrows(IllegalArgumentException.class, () -> SystemPage.roundUp(Long.MAX_VALUE));
  }
}
