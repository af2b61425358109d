package io.predicomp.arena.page;

import io.predicomp.arena.policy.VictimPolicy;

/**
 * One region as the background loops see it, whichever mode it is of: pages numbered from 0, each
 * with an age, to be demoted when they are cold and restored before they are needed. Closing the
 * region makes every call do nothing. Thread-safe unless a method says otherwise.
 */
public interface AgedRegion {
  /** Address of the first byte. */
  long base();

  /** Pages of the region. */
  int pageCount();

  /** Bytes of one page. */
  int pageBytes();

  /** Arena-global number of the first page, which no other region ever has. */
  long firstPage();

  /** Hotness epochs since the page was last seen accessed, 0 to {@link PageTable#OLDEST}. */
  int age(int page);

  /**
   * How cold a page is by its age and how often it was used before, 0 to {@link PageTable#OLDEST};
   * where nothing is known of that, its age.
   */
  default int coldness(int page) {
    return age(page);
  }

  /** Whether a page is not in memory, as far as is known without waiting for anybody. */
  boolean isAway(int page);

  /**
   * Lets pages that were not accessed since the last call grow older, and the others young again.
   * By one thread; may hold demotions up, so ranges should be small.
   *
   * @param epochs that untouched pages age, 0 to 127
   */
  void harvest(int page, int count, int epochs, AgeObserver observer);

  /**
   * Demotes one batch of the pages from {@code page} up to {@code end} that the policy takes and
   * nobody is using, without making room in the pool at the cost of other compressed pages.
   *
   * @param tally receives what was tried and done
   * @return the first page not looked at
   */
  int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally);

  /** Brings one page back because somebody expects that it will be needed soon. */
  PrefetchOutcome prefetch(int page);

  /** Of which prefetched pages the first use is told. */
  FoundPages foundPages();
}
