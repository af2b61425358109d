package io.predicomp.arena.page;

/**
 * Compressed pages from the longest compressed to the latest: a ring of page numbers in demotion
 * order. A page is not touched while it is compressed, so demotion order is recency order.
 *
 * <p>Restores do not come here, which keeps them free of any lock: an entry whose page was restored
 * or demoted again since is recognised by its stamp and skipped. Used by the holder of the demotion
 * lock only.
 */
final class DemotionOrder {
  private static final int STAMP_BITS = 24;
  private static final int STAMP_MASK = (1 << STAMP_BITS) - 1;

  /** Tells whether an entry still stands for its page's latest demotion. */
  interface Validity {
    boolean isCurrent(long globalPage, int stamp);
  }

  /** Global page number (40 bits), stamp (24 bits). */
  private long[] ring = new long[64];

  private long head;
  private long tail;
  private int lastStamp;

  /** Makes room for as many pages, so that appending them allocates nothing. */
  void reserve(int pages, Validity validity) {
    if (ring.length - (tail - head) < pages) {
      makeRoom(pages, validity);
    }
  }

  /** How many stamps later {@code to} was given than {@code from}, modulo 2²⁴. */
  static int distance(int from, int to) {
    return (to - from) & STAMP_MASK;
  }

  /** A stamp for a page that nobody will ask for by age. */
  int stamp() {
    lastStamp = nextStamp(lastStamp);
    return lastStamp;
  }

  /** Appends a page and returns the stamp to remember for it, never 0. */
  int append(long globalPage, Validity validity) {
    reserve(1, validity);
    ring[index(tail++)] = (globalPage << STAMP_BITS) | stamp();
    return lastStamp;
  }

  /**
   * Removes and returns the longest compressed page, or -1 when there is none that was demoted up
   * to {@code mark}, a former {@link #mark()}.
   */
  long pollUpTo(int mark, Validity validity) {
    while (head < tail) {
      long entry = ring[index(head)];
      int stamp = (int) entry & STAMP_MASK;
      if (((mark - stamp) & STAMP_MASK) > STAMP_MASK / 2) {
        return -1;
      }
      head++;
      if (validity.isCurrent(entry >>> STAMP_BITS, stamp)) {
        return entry >>> STAMP_BITS;
      }
    }
    return -1;
  }

  /** The stamp of the latest demotion. */
  int mark() {
    return lastStamp;
  }

  long metadataBytes() {
    return (long) ring.length * Long.BYTES;
  }

  /** Drops entries that no longer count; doubles the ring while more than half still do. */
  private void makeRoom(int pages, Validity validity) {
    // In place, because nothing is moved past what has not been looked at: no garbage for each
    // turn.
    long to = head;
    for (long i = head; i < tail; i++) {
      long entry = ring[index(i)];
      if (validity.isCurrent(entry >>> STAMP_BITS, (int) entry & STAMP_MASK)) {
        ring[index(to++)] = entry;
      }
    }
    tail = to;
    int count = (int) (tail - head);
    int length = ring.length;
    while (count > length / 2 || length - count < pages) {
      length *= 2;
    }
    if (length > ring.length) {
      long[] grown = new long[length];
      for (int i = 0; i < count; i++) {
        grown[i] = ring[index(head + i)];
      }
      ring = grown;
      head = 0;
      tail = count;
    }
  }

  private int index(long position) {
    return (int) (position & (ring.length - 1));
  }

  private static int nextStamp(int stamp) {
    int next = (stamp + 1) & STAMP_MASK;
    return next == 0 ? 1 : next;
  }
}
