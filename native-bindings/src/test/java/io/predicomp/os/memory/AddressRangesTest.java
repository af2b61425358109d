package io.predicomp.os.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.AllocationMeter;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AddressRangesTest {
  @Property
  void holdsTheSameBytesInTheSameOrder(
      @ForAll @Size(max = 64) List<@IntRange(min = 1, max = 5) Integer> pages) {
    AddressRanges ranges = new AddressRanges(64);
    List<Long> model = new ArrayList<>();
    for (int page : pages) {
      ranges.add(page * 4096L, 4096);
      model.add(page * 4096L);
    }
    List<Long> held = new ArrayList<>();
    for (int i = 0; i < ranges.count(); i++) {
      assertTrue(i == 0 || ranges.address(i) != ranges.address(i - 1) + ranges.length(i - 1));
      for (long offset = 0; offset < ranges.length(i); offset += 4096) {
        held.add(ranges.address(i) + offset);
      }
    }
    assertEquals(model, held);
    assertEquals(pages.size() * 4096L, ranges.byteSize());
  }

  @Test
  void aFullListTakesOnlyWhatContinuesIt() {
    AddressRanges ranges = new AddressRanges(2);
    ranges.add(0x1000, 0x1000);
    assertFalse(ranges.isFull());
    ranges.add(0x4000, 0x1000);
    assertTrue(ranges.isFull());
    ranges.add(0x5000, 0x1000);
    assertThrows(IllegalStateException.class, () -> ranges.add(0x7000, 0x1000));
    assertEquals(2, ranges.count());
    assertEquals(0x3000, ranges.byteSize());
  }

  @Test
  void clearForgetsEverything() {
    AddressRanges ranges = new AddressRanges(1);
    ranges.add(0x1000, 0x1000);
    ranges.clear();
    assertEquals(0, ranges.count());
    assertEquals(0, ranges.byteSize());
    ranges.add(0x2000, 0x1000);
    assertEquals(1, ranges.count());
    assertEquals(0x2000, ranges.address(0));
  }

  @Test
  void aRangeThatIsNoneIsRefused() {
    AddressRanges ranges = new AddressRanges(4);
    assertThrows(IllegalArgumentException.class, () -> ranges.add(0x1000, 0));
    assertThrows(IllegalArgumentException.class, () -> ranges.add(0x1000, -1));
    assertThrows(IllegalArgumentException.class, () -> ranges.add(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> ranges.add(0x1000, Long.MAX_VALUE));
    assertEquals(0, ranges.count());
  }

  @Test
  void onlyWhatIsThereCanBeRead() {
    AddressRanges ranges = new AddressRanges(4);
    ranges.add(0x1000, 0x1000);
    assertThrows(IndexOutOfBoundsException.class, () -> ranges.address(1));
    assertThrows(IndexOutOfBoundsException.class, () -> ranges.length(-1));
  }

  @Test
  void capacityIsWhatOneSystemCallTakes() {
    assertThrows(IllegalArgumentException.class, () -> new AddressRanges(0));
    assertThrows(
        IllegalArgumentException.class, () -> new AddressRanges(AddressRanges.MAX_CAPACITY + 1));
    assertEquals(
        AddressRanges.MAX_CAPACITY, new AddressRanges(AddressRanges.MAX_CAPACITY).capacity());
  }

  @Test
  void fillingAllocatesNothing() {
    AddressRanges ranges = new AddressRanges(16);
    assertEquals(
        0,
        AllocationMeter.bytesPerCall(
            () -> {
              ranges.clear();
              for (int i = 0; i < 16; i++) {
                ranges.add(0x1000L + i * 0x2000L, 0x1000);
              }
            }));
  }
}
