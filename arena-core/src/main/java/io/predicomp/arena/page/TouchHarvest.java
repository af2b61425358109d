package io.predicomp.arena.page;

import io.predicomp.arena.policy.Recurrence;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Turns touched marks into ages: a touched page loses its mark and is of age 0 again, every other
 * page grows older. Eight pages at a time are skipped that have no mark and are all alike, so that
 * memory nobody uses costs a fraction of a nanosecond a page. Used by the holder of the demotion
 * lock only, so that no page is demoted meanwhile.
 */
final class TouchHarvest {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int WIDTH = Long.BYTES;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = ONES << 7;

  /** A word of pages that are only in memory, or only in the pool. */
  private static final long DIRTY = (PageState.RESIDENT | PageState.DIRTY) * ONES;

  private static final long COMPRESSED = PageState.EVICTED_WITH_COPY * ONES;
  private static final long SAME_FILLED = PageState.EVICTED * ONES;

  private TouchHarvest() {}

  /**
   * Harvests the pages {@code from} to {@code end}.
   *
   * @param epochs that untouched pages have aged since the last time, 0 to 127
   * @return pages that are no longer resident because they had been read only and never written:
   *     nothing but the kernel's zero page backs them
   */
  static int harvest(PageTable table, int from, int end, int epochs, AgeObserver observer) {
    int fresh = 0;
    int page = from;
    for (; page + WIDTH <= end; page += WIDTH) {
      // Plain: a mark set meanwhile is found the next time.
      long states = (long) WORD.get(table.states, page);
      long ages = (long) WORD.get(table.ages, page);
      long recurrences = (long) WORD.get(table.recurrences, page);
      if (ages == (ages & 0xFF) * ONES
          && recurrences == (recurrences & 0xFF) * ONES
          && (states == DIRTY || states == COMPRESSED || states == SAME_FILLED)) {
        long older = older(ages, epochs);
        if (older != ages) {
          WORD.set(table.ages, page, older);
        }
        observer.untouched(
            (int) older & PageTable.OLDEST, table.coldness(page), WIDTH, states == DIRTY);
      } else if (states != PageState.RESIDENT * ONES || !isFresh(table, page)) {
        for (int p = page; p < page + WIDTH; p++) {
          fresh += harvest(table, p, epochs, observer);
        }
      }
    }
    for (; page < end; page++) {
      fresh += harvest(table, page, epochs, observer);
    }
    return fresh;
  }

  private static boolean isFresh(PageTable table, int from) {
    int stamps = 0;
    for (int p = from; p < from + WIDTH; p++) {
      stamps |= table.demotedAt[p];
    }
    return stamps == 0;
  }

  /** Returns 1 if the page turned out to be fresh, otherwise 0. */
  private static int harvest(PageTable table, int page, int epochs, AgeObserver observer) {
    byte state = table.state(page);
    if (PageState.isRecent(state)) {
      return rejuvenate(table, page, state, observer);
    }
    if (state == PageState.CLOSED || table.isFresh(page, state)) {
      return 0;
    }
    int age = Math.min(table.age(page) + epochs, PageTable.OLDEST);
    table.ages[page] = (byte) age;
    if (!PageState.isRejected(state)) {
      observer.untouched(age, table.coldness(page), 1, PageState.isResident(state));
    }
    return 0;
  }

  /** As the other; takes the marks from one page whose state has some. */
  static int rejuvenate(PageTable table, int page, byte state, AgeObserver observer) {
    byte next = (byte) (state & ~(PageState.TOUCHED | PageState.YOUNG));
    // Fails if an access changed the state just now: then the marks stay for the next time.
    boolean cleared = table.cas(page, state, next);
    int age = table.age(page);
    int coldness = table.coldness(page);
    table.ages[page] = 0;
    if ((state & PageState.TOUCHED) != 0) {
      table.recurrences[page] = Recurrence.touched(table.recurrences[page], age);
    }
    if (!PageState.isRejected(state)) {
      if ((state & PageState.TOUCHED) != 0) {
        observer.touched(table, page, age, coldness);
      } else {
        observer.untouched(0, 0, 1, true);
      }
    }
    return cleared && table.isFresh(page, next) ? 1 : 0;
  }

  /** Makes the pages in memory of a range young, marks or not. Returns how many were older. */
  static int rejuvenate(PageTable table, int from, int end) {
    int older = 0;
    for (int page = from; page < end; page++) {
      byte state = table.state(page);
      if (table.ages[page] != 0 && PageState.isResident(state) && !table.isFresh(page, state)) {
        table.ages[page] = 0;
        older++;
      }
    }
    return older;
  }

  /** Adds to each byte of a word, up to 255. */
  private static long older(long ages, int epochs) {
    long low = (ages & ~HIGHS) + epochs * ONES;
    long overflow = low & ages & HIGHS;
    return low | (ages & HIGHS) | (overflow >>> 7) * 0xFF;
  }
}
