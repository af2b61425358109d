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
    return new Toucher(target, share, new Latencies(16), seed, worker, writePercent);
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
}
