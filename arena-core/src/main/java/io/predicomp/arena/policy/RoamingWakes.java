package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * Whether a region that wakes now and then needs other pages each time. A burst that has to wait
 * for its pages is over before it has reached all of them, and the next one goes on where it was
 * cut off: what was needed lately is then just what will not be needed, and bringing back the whole
 * region lets bursts reach it again.
 *
 * <p>Whether that is so shows by trying only. A try that does not end the roaming is followed by
 * another one at the next wake, and then after twice as many, up to {@value #LONGEST_WAIT}; by one
 * at the next wake if it let the wake reach {@value #HELPS} times as many pages as without, but not
 * more than {@value #MOST_HELPED} times in a row. Three bits a page. For one thread.
 */
final class RoamingWakes {
  private static final int LONGEST_WAIT = 64;

  /** A wake that needs less of the region says nothing. */
  private static final int LEAST_PART = 64;

  private static final int HELPS = 2;
  private static final int MOST_HELPED = 6;

  private final int pages;
  private long[] now;
  private long[] before;
  private long[] older;
  private int needed;
  private int elsewhere;
  private boolean roams;
  private int wakes;
  private int tries;
  private int nextTry;
  private int wait = 1;

  /** Pages needed by the last wake for which not all of the region was to be brought back. */
  private int unaided;

  /** Tries in a row that helped and did not end the roaming. */
  private int helped;

  RoamingWakes(int pages) {
    this.pages = pages;
    now = new long[Math.ceilDiv(pages, Long.SIZE)];
    before = new long[now.length];
    older = new long[now.length];
  }

  /** A page was needed. */
  void needed(int page) {
    int word = page / Long.SIZE;
    long bit = 1L << page;
    if ((now[word] & bit) == 0) {
      now[word] |= bit;
      needed++;
      elsewhere += ((before[word] | older[word]) & bit) == 0 ? 1 : 0;
    }
  }

  /**
   * The region fell asleep.
   *
   * @param predicted whether its next wake is predicted, so that a try will be made
   */
  void sleeps(boolean predicted) {
    wakes++;
    if (needed >= pages / LEAST_PART) {
      judge(predicted);
    }
    long[] oldest = older;
    older = before;
    before = now;
    now = oldest;
    Arrays.fill(now, 0);
    needed = 0;
    elsewhere = 0;
  }

  private void judge(boolean predicted) {
    boolean wasAided = roams;
    if (2 * elsewhere <= needed) {
      // What is needed now is as new as all of the region was, unless it is all of it.
      tries += roams && 4 * needed < 3 * pages ? 1 : 0;
      roams = false;
      helped = 0;
      wait = 1;
      nextTry = wakes;
    } else if (roams && needed >= HELPS * unaided && helped < MOST_HELPED) {
      helped++;
      tries++;
    } else if (wakes >= nextTry) {
      roams = true;
      tries++;
      if (predicted) {
        nextTry = wakes + wait;
        wait = Math.min(LONGEST_WAIT, 2 * wait);
      }
    }
    if (!wasAided) {
      unaided = needed;
    }
  }

  /** Whether most of what the last wake needed was not needed by the two before it. */
  boolean roams() {
    return roams;
  }

  /** Changes whenever bringing back the whole region is to be tried anew, or not any more. */
  int tries() {
    return tries;
  }

  /** Heap bytes. */
  long metadataBytes() {
    return 3L * Long.BYTES * now.length;
  }
}
