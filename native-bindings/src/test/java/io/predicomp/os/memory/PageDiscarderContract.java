package io.predicomp.os.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.testing.AllocationMeter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every way of discarding pages has to do. */
abstract class PageDiscarderContract {
  private static final long PAGE = SystemPage.SIZE;
  private static final int PAGES = 2 * AddressRanges.MAX_CAPACITY;

  /** Below {@code vm.mmap_min_addr}, so nothing is ever mapped there. */
  private static final long UNMAPPED = PAGE;

  private final AddressRanges ranges = new AddressRanges(AddressRanges.MAX_CAPACITY);
  private PageDiscarder discarder;
  private Mapping mapping;

  /** {@return what is tested; skips the test where it is not supported} */
  abstract PageDiscarder discarder();

  @BeforeEach
  void map() {
    discarder = discarder();
    mapping = Mapping.anonymous(PAGES * PAGE, MemoryAdvice.NOHUGEPAGE);
    mapping.segment().fill((byte) 1);
  }

  @AfterEach
  void unmap() {
    if (mapping != null) {
      mapping.close();
    }
  }

  @Test
  void anEmptyListIsNothingToDo() {
    assertEquals(0, discarder.discard(ranges));
  }

  /** As after {@code mlockall}. */
  @Test
  void discardsLockedMemory() {
    mapping.lock();
    ranges.add(address(1), PAGE);
    ranges.add(address(3), 2 * PAGE);
    assertEquals(3 * PAGE, discarder.discard(ranges));
    assertEquals(1, mapping.segment().get(JAVA_BYTE, 0));
    assertEquals(0, mapping.segment().get(JAVA_BYTE, PAGE));
    assertEquals(1, mapping.segment().get(JAVA_BYTE, 2 * PAGE));
    assertEquals(0, mapping.segment().get(JAVA_BYTE, 4 * PAGE));
    mapping.discard(0, PAGE);
    assertEquals(0, mapping.segment().get(JAVA_BYTE, 0));
  }

  @Test
  void discardsExactlyTheNamedPages() {
    Random random = new Random(7);
    for (int round = 0; round < 20; round++) {
      mapping.segment().fill((byte) 1);
      ranges.clear();
      BitSet named = new BitSet();
      for (int page = 0; page < PAGES && !ranges.isFull(); page++) {
        if (random.nextInt(3) == 0) {
          named.set(page);
          ranges.add(address(page), PAGE);
        }
      }
      assertEquals(named.cardinality() * PAGE, discarder.discard(ranges));
      assertEquals(named, zeroPages());
    }
  }

  @Test
  void givesThePhysicalPagesBack() {
    long before = Residency.residentPages(mapping.segment());
    assertEquals(PAGES, before);
    ranges.add(address(10), 100 * PAGE);
    ranges.add(address(500), PAGE);
    discarder.discard(ranges);
    assertEquals(PAGES - 101, Residency.residentPages(mapping.segment()));
  }

  @Test
  void aFullListIsOneCall() {
    for (int i = 0; i < AddressRanges.MAX_CAPACITY; i++) {
      ranges.add(address(2 * i), PAGE);
    }
    assertEquals(AddressRanges.MAX_CAPACITY, ranges.count());
    assertEquals(ranges.byteSize(), discarder.discard(ranges));
    assertEquals(AddressRanges.MAX_CAPACITY, Residency.residentPages(mapping.segment()));
  }

  @Test
  void stopsAtAnUnalignedRangeAndSaysHowFarItCame() {
    ranges.add(address(0), 2 * PAGE);
    ranges.add(address(5), PAGE);
    ranges.add(address(8) + 1, PAGE);
    ranges.add(address(12), PAGE);
    assertEquals(3 * PAGE, discarder.discard(ranges));
    assertEquals(BitSet.valueOf(new long[] {0b100011}), zeroPages());
  }

  @Test
  void stopsAtAnUnmappedRangeAndSaysHowFarItCame() {
    ranges.add(address(1), PAGE);
    ranges.add(UNMAPPED, PAGE);
    ranges.add(address(3), PAGE);
    assertEquals(PAGE, discarder.discard(ranges));
    assertEquals(BitSet.valueOf(new long[] {0b10}), zeroPages());
  }

  @Test
  void nothingDiscardedIsAnException() {
    ranges.add(address(3) + 1, PAGE);
    ranges.add(address(8), PAGE);
    ErrnoException unaligned = assertThrows(ErrnoException.class, () -> discarder.discard(ranges));
    assertTrue(unaligned.is(Errno.EINVAL), unaligned.getMessage());
    assertTrue(
        unaligned.getMessage().contains("0x" + Long.toHexString(address(3) + 1)),
        unaligned.getMessage());
    assertEquals(new BitSet(), zeroPages());

    ranges.clear();
    ranges.add(UNMAPPED, PAGE);
    ErrnoException unmapped = assertThrows(ErrnoException.class, () -> discarder.discard(ranges));
    assertTrue(unmapped.isOutOfMemory(), unmapped.getMessage());
  }

  @Test
  void allocatesNothing() {
    ranges.add(address(1), PAGE);
    ranges.add(address(3), PAGE);
    assertEquals(0, AllocationMeter.bytesPerCall(() -> discarder.discard(ranges)));
  }

  @Test
  void manyThreadsMayDiscardAtOnce() throws Exception {
    int threads = 4;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread * PAGES / threads;
        calls.add(
            executor.submit(
                () -> {
                  AddressRanges own = new AddressRanges(8);
                  for (int i = 0; i < 8; i++) {
                    own.add(address(first + 2 * i), PAGE);
                  }
                  for (int round = 0; round < 200; round++) {
                    for (int i = 0; i < 16; i++) {
                      mapping.segment().set(JAVA_BYTE, (first + i) * PAGE, (byte) round);
                    }
                    assertEquals(8 * PAGE, discarder.discard(own));
                    for (int i = 0; i < 16; i++) {
                      byte expected = i % 2 == 0 ? 0 : (byte) round;
                      assertEquals(expected, mapping.segment().get(JAVA_BYTE, (first + i) * PAGE));
                    }
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  private long address(int page) {
    return mapping.address() + page * PAGE;
  }

  private BitSet zeroPages() {
    BitSet zero = new BitSet();
    for (int page = 0; page < PAGES; page++) {
      byte first = mapping.segment().get(JAVA_BYTE, page * PAGE);
      assertEquals(first, mapping.segment().get(JAVA_BYTE, (page + 1) * PAGE - 1));
      zero.set(page, first == 0);
    }
    return zero;
  }
}
