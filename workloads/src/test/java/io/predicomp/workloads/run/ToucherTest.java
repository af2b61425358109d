package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.PlainMemory;
import io.predicomp.workloads.memory.TouchTarget;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ToucherTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 64;
  private static final PageFill FILL = PageFills.parse("mixed_50_50", 7, PAGE);

  private static int[] sequence(long seed, int worker) {
    try (PlainMemory memory = new PlainMemory((long) PAGES * PAGE)) {
      Toucher toucher = toucher(memory.target(), share(), seed, worker, 100);
      int[] pages = new int[1000];
      Arrays.setAll(pages, i -> toucher.randomPage());
      return pages;
    }
  }

  private static PageShare share() {
    return new PageShare(FILL, PAGE, 0, PAGES);
  }

  private static Toucher toucher(
      TouchTarget target, PageShare share, long seed, int worker, int writePercent) {
    return new Toucher(target, share, new Latencies(16), Clock.SYSTEM, seed, worker, writePercent);
  }

  @Test
  void sameSeedSameSequence() {
    assertArrayEquals(sequence(5, 0), sequence(5, 0));
  }

  @Test
  void otherSeedsAndWorkersHaveOtherSequences() {
    assertFalse(Arrays.equals(sequence(5, 0), sequence(6, 0)));
    assertFalse(Arrays.equals(sequence(5, 0), sequence(5, 1)));
  }

  @Test
  void randomPagesCoverTheShare() {
    assertEquals(PAGES, Arrays.stream(sequence(5, 0)).distinct().count());
    assertTrue(Arrays.stream(sequence(5, 0)).allMatch(page -> page >= 0 && page < PAGES));
  }

  @Test
  void whatWasTouchedVerifies() {
    try (PlainMemory memory = new PlainMemory((long) PAGES * PAGE)) {
      PageShare share = share();
      share.fill(memory.target(), () -> false);
      Toucher toucher = toucher(memory.target(), share, 5, 0, 50);
      for (int i = 0; i < 10_000; i++) {
        toucher.touch(toucher.randomPage());
      }
      assertEquals(10_000, toucher.touches());
      assertTrue(share.verify(memory.target()).isEmpty());
    }
  }

  @Test
  void aWriteThatIsLostOrDoneTwiceIsFound() {
    try (PlainMemory memory = new PlainMemory((long) PAGES * PAGE)) {
      PageShare share = share();
      TouchTarget target = memory.target();
      share.fill(target, () -> false);
      share.wrote(17); // without writing
      assertEquals(17, share.verify(target).orElseThrow().page());
      target.increment(share.wordOffset(17));
      assertTrue(share.verify(target).isEmpty());
      target.increment(share.wordOffset(3));
      assertEquals(3, share.verify(target).orElseThrow().page());
    }
  }

  @Test
  void writePercentSetsTheShareOfWrites() {
    try (PlainMemory memory = new PlainMemory((long) PAGES * PAGE)) {
      TouchTarget target = memory.target();
      PageShare share = new PageShare(PageFills.parse("zero", 7, PAGE), PAGE, 0, PAGES);
      Toucher toucher = toucher(target, share, 5, 0, 30);
      for (int i = 0; i < 100_000; i++) {
        toucher.touch(i % PAGES);
      }
      long writes = 0;
      for (int page = 0; page < PAGES; page++) {
        writes += target.read(share.wordOffset(page));
      }
      assertTrue(Math.abs(writes - 30_000) < 1_000, writes + " writes");
    }
  }

  @Test
  void aBatchTouchesWhatSingleTouchesDo() {
    try (PlainMemory one = new PlainMemory((long) PAGES * PAGE);
        PlainMemory other = new PlainMemory((long) PAGES * PAGE)) {
      PageShare oneShare = share();
      PageShare otherShare = share();
      oneShare.fill(one.target(), () -> false);
      otherShare.fill(other.target(), () -> false);
      Toucher single = toucher(one.target(), oneShare, 5, 0, 50);
      Toucher batches = toucher(other.target(), otherShare, 5, 0, 50);
      Pacer pacer = new Pacer(1_000, new Deadline(new FakeClock(), 1));
      int[] pages = new int[7];
      for (int batch = 0; batch < 1_000; batch++) {
        batches.randomPages(pages, pages.length);
        batches.touch(pages, pages.length, pacer, new Latencies(1));
        for (int i = 0; i < pages.length; i++) {
          single.touch(single.randomPage());
        }
      }
      assertEquals(single.touches(), batches.touches());
      assertEquals(single.sum(), batches.sum());
      assertTrue(otherShare.verify(other.target()).isEmpty());
      for (int page = 0; page < PAGES; page++) {
        long offset = oneShare.wordOffset(page);
        assertEquals(one.target().read(offset), other.target().read(offset));
      }
    }
  }

  /** A target whose first access takes long. */
  private static final class Stalling implements TouchTarget {
    private final TouchTarget memory;
    private final FakeClock clock;
    private long stallNanos;

    Stalling(TouchTarget memory, FakeClock clock, long stallNanos) {
      this.memory = memory;
      this.clock = clock;
      this.stallNanos = stallNanos;
    }

    @Override
    public long read(long offset) {
      clock.now += stallNanos;
      stallNanos = 0;
      return memory.read(offset);
    }

    @Override
    public void increment(long offset) {
      memory.increment(offset);
      read(offset);
    }

    @Override
    public void writePage(long offset, MemorySegment page) {
      memory.writePage(offset, page);
    }

    @Override
    public void readPage(long offset, MemorySegment page) {
      memory.readPage(offset, page);
    }
  }

  @Test
  void aStallCountsInEveryTouchItHeldUp() {
    long period = 1_000_000;
    FakeClock clock = new FakeClock();
    Pacer pacer = new Pacer(1e9 / period, new Deadline(clock, 1_000 * period));
    Latencies fromBegin = new Latencies(1);
    Latencies fromDue = new Latencies(1);
    try (PlainMemory memory = new PlainMemory((long) PAGES * PAGE)) {
      TouchTarget target = new Stalling(memory.target(), clock, 10 * period);
      Toucher toucher = new Toucher(target, share(), fromBegin, clock, 5, 0, 100);
      int[] pages = new int[16];
      clock.now++;
      while (toucher.touches() < 11) {
        int batch = pacer.next(pages.length);
        toucher.randomPages(pages, batch);
        toucher.touch(pages, batch, pacer, fromDue);
      }
    }
    assertEquals(11, fromBegin.histogram().getTotalCount());
    assertEquals(1, fromBegin.histogram().getCountBetweenValues(period / 2, 100 * period));
    // Those due 0 to 9 periods after the first end when the stall does; the next is in time.
    assertEquals(10, fromDue.histogram().getCountBetweenValues(period / 2, 100 * period));
    assertEquals(5, fromDue.histogram().getCountBetweenValues(11 * period / 2, 100 * period));
  }
}
