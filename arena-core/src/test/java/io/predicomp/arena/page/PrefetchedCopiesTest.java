package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefetchedCopiesTest {
  private static final int PAGES = 65_536;

  private final MoverCounters counters = new MoverCounters();
  private final PrefetchedCopies copies = new PrefetchedCopies(counters);

  private long keeps() {
    return IntStream.range(0, PAGES).filter(copies::keeps).count();
  }

  /** All pages are prefetched, a share is written, and the others are demoted for nothing. */
  private void wave(double written) {
    long kept = keeps();
    counters.copiesKept.add(kept);
    copies.judge();
    counters.demotedClean.add((long) (kept * (1 - written)));
  }

  @Test
  void whatIsAlwaysWrittenKeepsOnlyASample() {
    assertEquals(PAGES, keeps());
    for (int i = 0; i < 3; i++) {
      wave(1);
    }
    assertEquals(PAGES / 16, keeps());
  }

  @Test
  void whatIsOnlyReadKeepsItsCopiesAndIsFoundOutAgain() {
    for (int i = 0; i < 3; i++) {
      wave(1);
    }
    for (int i = 0; i < 3; i++) {
      wave(0.5);
    }
    assertEquals(PAGES, keeps());
    wave(0.5);
    assertTrue(copies.keeps(1));
  }

  /** Single pages would keep every slab of the pool from being given back. */
  @Test
  void theSampleLiesTogether() {
    for (int i = 0; i < 3; i++) {
      wave(1);
    }
    long borders =
        IntStream.range(1, PAGES).filter(p -> copies.keeps(p) != copies.keeps(p - 1)).count();
    assertTrue(borders < 10, borders + " borders");
  }
}
