package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.AddressRanges;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call behind page movement fails once: contents stay, and everything can be closed. */
class FailureInjectionTest {
  private static final int PAGES = 100; // more than one batch

  // --- the discard ----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOMEM", "EINVAL", "EPERM"})
  void aDiscardThatFailsKeepsThePagesResident(Errno errno) {
    PageDiscarder failing =
        ranges -> {
          throw new ErrnoException("madvise", errno.number(), "injected");
        };
    try (Pager pager = pager(failing)) {
      pager.fill(1);
      assertEquals(0, pager.demoteAll());
      assertEquals(PAGES, pager.mover.counters.keptDiscardFailed.sum());
      assertEquals(0, PageCensus.of(pager.table).compressed());
      assertEquals(0, pager.pool.objects());
      pager.check(1);
    }
  }

  /** The kernel stops in the middle of a range, having emptied a part that it does not report. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 63})
  void aPartialDiscardLosesNothing(int reportedPages) {
    PageDiscarder partial =
        ranges -> {
          long reported = Math.min(ranges.byteSize(), (long) reportedPages * Pager.PAGE);
          long emptied = Math.min(ranges.byteSize(), reported + 5 * Pager.PAGE);
          discardFirst(ranges, emptied);
          return reported;
        };
    try (Pager pager = pager(partial)) {
      for (int round = 1; round <= 3; round++) {
        pager.fill(round);
        long demoted = pager.demoteAll();
        assertEquals(demoted, PageCensus.of(pager.table).compressed());
        pager.check(round);
      }
    }
  }

  /** An error that is no errno: nobody knows what was discarded. */
  @Test
  void aDiscardThatDiesHalfWayLosesNothing() {
    Error dead = new OutOfMemoryError("injected");
    PageDiscarder dying =
        ranges -> {
          discardFirst(ranges, ranges.byteSize() / 2 / Pager.PAGE * Pager.PAGE);
          throw dead;
        };
    try (Pager pager = pager(dying)) {
      pager.fill(1);
      assertSame(dead, assertThrows(OutOfMemoryError.class, pager::demoteAll));
      pager.check(1);
    }
  }

  /** A discard that claims to have happened and did not: the old bytes must not shine through. */
  @Test
  void aDiscardThatDoesNothingIsHarmless() {
    try (Pager pager = pager(AddressRanges::byteSize)) {
      pager.fill(1);
      pager.mover.discard(pager.table, 0, 10);
      pager.demoteAll();
      for (long at = 0; at < 10 * Pager.PAGE; at += Long.BYTES) {
        assertEquals(0, pager.words().get(at));
      }
      for (int page = 10; page < PAGES; page++) {
        pager.checkPage(page, 1);
      }
    }
  }

  @Test
  void zeroingWorksWhereDiscardingFails() {
    PageDiscarder failing =
        ranges -> {
          throw new ErrnoException("madvise", Errno.EINVAL.number(), "injected");
        };
    try (Pager pager = pager(failing)) {
      pager.fill(1);
      pager.mover.discard(pager.table, 0, PAGES);
      for (long at = 0; at < pager.table.byteSize; at += Long.BYTES) {
        assertEquals(0, pager.words().get(at));
      }
    }
  }

  // --- the barrier ----------------------------------------------------------------------------

  @Test
  void aBarrierThatThrowsStopsTheDemotionOnly() {
    AtomicBoolean broken = new AtomicBoolean(true);
    ProcessBarrier failing =
        new ProcessBarrier() {
          @Override
          public void await() {
            if (broken.get()) {
              throw new ErrnoException("membarrier", Errno.EPERM.number(), "injected");
            }
          }

          @Override
          public String name() {
            return "failing";
          }
        };
    try (Pager pager = new Pager(PAGES, Codecs.parse("lz4"), failing, PageDiscarder.best())) {
      pager.fill(1);
      assertThrows(ErrnoException.class, pager::demoteAll);
      assertThrows(ErrnoException.class, () -> pager.mover.discard(pager.table, 0, 1));
      pager.check(1);
      broken.set(false);
      assertEquals(PAGES, pager.demoteAll());
      broken.set(true); // closing must work all the same
      pager.check(1);
    }
  }

  // --- the codec ------------------------------------------------------------------------------

  @Test
  void aCodecThatThrowsInTheMiddleOfABatch() {
    AtomicInteger calls = new AtomicInteger();
    RuntimeException injected = new IllegalStateException("injected");
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int compress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int capacity) {
            if (calls.incrementAndGet() == 30) {
              throw injected;
            }
            return super.compress(s, so, sl, t, to, capacity);
          }
        };
    try (Pager pager = pager(codec)) {
      pager.fill(1);
      assertSame(injected, assertThrows(IllegalStateException.class, pager::demoteAll));
      assertEquals(0, PageCensus.of(pager.table).compressed());
      assertEquals(0, pager.pool.objects(), "what the batch had stored is freed");
      pager.check(1);
      assertEquals(PAGES, pager.demoteAll());
      pager.check(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 4096, 65_536, Integer.MAX_VALUE})
  void aCodecThatReturnsALengthItMayNot(int length) {
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int compress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int capacity) {
            return length;
          }
        };
    try (Pager pager = pager(codec)) {
      pager.fill(1);
      try {
        assertEquals(0, pager.demoteAll());
      } catch (IllegalStateException e) {
        assertTrue(e.getMessage().contains(codec.name()), e.getMessage());
      }
      assertEquals(0, pager.pool.objects());
      pager.check(1);
    }
  }

  @Test
  void aCodecThatCannotDecodeHarmsNoOtherPage() {
    AtomicInteger countdown = new AtomicInteger(Integer.MAX_VALUE);
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int decompress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int length) {
            return countdown.decrementAndGet() < 0
                ? -7
                : super.decompress(s, so, sl, t, to, length);
          }
        };
    corruptOnce(codec, countdown);
  }

  @Test
  void aCodecThatDecodesGarbageIsFoundByTheChecksum() {
    AtomicInteger countdown = new AtomicInteger(Integer.MAX_VALUE);
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int decompress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int length) {
            int produced = super.decompress(s, so, sl, t, to, length);
            if (countdown.decrementAndGet() < 0) {
              long last = to + length - 1;
              t.set(ValueLayout.JAVA_BYTE, last, (byte) (t.get(ValueLayout.JAVA_BYTE, last) ^ 1));
            }
            return produced;
          }
        };
    corruptOnce(codec, countdown);
  }

  /** While the countdown is negative, the codec gives wrong answers. */
  private static void corruptOnce(FaultyCodec codec, AtomicInteger countdown) {
    try (Pager pager = pager(codec)) {
      pager.fill(1);
      assertEquals(PAGES, pager.demoteAll());
      countdown.set(0);
      for (int i = 0; i < 3; i++) {
        CorruptPageException e =
            assertThrows(CorruptPageException.class, () -> pager.words().get(5 * Pager.PAGE));
        assertEquals(5, e.page());
        assertThrows(CorruptPageException.class, () -> pager.words().set(5 * Pager.PAGE, 1));
        assertThrows(CorruptPageException.class, () -> pager.mover.restore(pager.table, 5, 1));
      }
      assertEquals(PageState.EVICTED_WITH_COPY, pager.table.state(5), "it stays compressed");
      assertEquals(9, pager.mover.counters.corruptPages.sum());
      countdown.set(Integer.MAX_VALUE);
      pager.check(1);
    }
  }

  @Test
  void damagedPoolBytesAreFoundByTheChecksum() {
    try (Pager pager = pager(new FaultyCodec())) {
      pager.fill(1);
      assertEquals(PAGES, pager.demoteAll());
      long entry = pager.table.entries[8];
      long at = pager.pool.address(PageEntry.handle(entry)) + PageEntry.length(entry) / 2;
      byte right = AddressSpace.ALL.get(ValueLayout.JAVA_BYTE, at);
      AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (right ^ 0x10));
      assertThrows(CorruptPageException.class, () -> pager.words().get(8 * Pager.PAGE));
      pager.checkPage(7, 1);
      pager.checkPage(9, 1);
      assertEquals(2, pager.mover.residentPages(), "a restore that fails counts for nothing");
      AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, at, right);
      pager.check(1);
      assertEquals(PAGES, pager.mover.residentPages());
    }
  }

  @Test
  void errorsOfTheCodecReachTheAccessAndPass() {
    AtomicInteger countdown = new AtomicInteger(Integer.MAX_VALUE);
    InternalError injected = new InternalError("injected");
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int decompress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int length) {
            if (countdown.decrementAndGet() < 0) {
              throw injected;
            }
            return super.decompress(s, so, sl, t, to, length);
          }

          @Override
          public int compress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int capacity) {
            if (countdown.decrementAndGet() < 0) {
              throw injected;
            }
            return super.compress(s, so, sl, t, to, capacity);
          }
        };
    try (Pager pager = pager(codec)) {
      pager.fill(1);
      assertEquals(PAGES, pager.demoteAll());
      countdown.set(0);
      assertSame(injected, assertThrows(InternalError.class, () -> pager.words().get(Pager.PAGE)));
      countdown.set(Integer.MAX_VALUE);
      pager.check(1);
      pager.fill(2);
      countdown.set(20);
      assertSame(injected, assertThrows(InternalError.class, pager::demoteAll));
      countdown.set(Integer.MAX_VALUE);
      pager.check(2);
    }
  }

  @Test
  void pagesThatTheCodecHasNoMemoryForStay() {
    AtomicInteger refusals = new AtomicInteger(20);
    FaultyCodec codec =
        new FaultyCodec() {
          @Override
          public int compress(
              MemorySegment s, long so, int sl, MemorySegment t, long to, int capacity) {
            if (refusals.getAndDecrement() > 0) {
              throw new OutOfMemoryError("injected");
            }
            return super.compress(s, so, sl, t, to, capacity);
          }
        };
    try (Pager pager = pager(codec)) {
      pager.fill(1);
      assertEquals(PAGES - 20, pager.demoteAll());
      assertEquals(20, pager.mover.counters.keptNoMemory.sum());
      assertEquals(20, pager.demoteAll(), "they are not taken for incompressible");
      pager.check(1);
    }
  }

  private static Pager pager(PageDiscarder discarder) {
    return new Pager(PAGES, Codecs.parse("lz4"), ProcessBarrier.best(), discarder);
  }

  private static Pager pager(FaultyCodec codec) {
    return new Pager(PAGES, codec, ProcessBarrier.best(), PageDiscarder.best());
  }

  private static void discardFirst(AddressRanges ranges, long bytes) {
    AddressRanges one = new AddressRanges(1);
    for (int i = 0; i < ranges.count() && bytes > 0; i++) {
      one.clear();
      long length = Math.min(bytes, ranges.length(i));
      one.add(ranges.address(i), length);
      PageDiscarder.best().discard(one);
      bytes -= length;
    }
  }
}
