package io.predicomp.arena.page;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * When accesses needed pages that were not there or that a prediction had brought back: what a
 * predictor learns from. Accesses write it on their slow path, without allocation, lock or waiting;
 * one reader drains it. It holds {@value #CAPACITY} entries, and when the reader is late the oldest
 * are lost.
 *
 * <pre>
 *   63           41  40        39                0
 *   | time, 2^14 ns | found    | global page     |
 *
 *   found  the page had been prefetched; otherwise the access had to restore it
 * </pre>
 */
public final class NeedLog {
  /** Receives entries in about the order in which they were written. */
  public interface Reader {
    /**
     * One need.
     *
     * @param nanoTime of {@link System#nanoTime()}, to within 16 µs
     * @param found whether the page had been prefetched
     */
    void needed(AgedRegion region, int page, long nanoTime, boolean found);
  }

  static final int CAPACITY = 1 << 16;
  private static final int PAGE_BITS = 40;
  private static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
  private static final long FOUND = 1L << PAGE_BITS;
  private static final int TIME_SHIFT = PAGE_BITS + 1;
  private static final int UNIT_SHIFT = 14;
  private static final long UNITS_MASK = -1L >>> TIME_SHIFT;

  private final RegionDirectory regions;
  private boolean kept;
  private boolean hasRegion;

  /** Empty until there is a reader, and something to read. */
  private volatile AtomicLongArray entries = new AtomicLongArray(0);

  private final AtomicLong tail = new AtomicLong();

  /** Written by the reader. */
  private volatile long head;

  private final LongAdder lost = new LongAdder();

  NeedLog(RegionDirectory regions) {
    this.regions = regions;
  }

  /** From now on there is a reader, as in arenas with background loops. Before, nothing is kept. */
  public synchronized void keep() {
    kept = true;
    makeRoom();
  }

  /** There is a region whose accesses write here. */
  synchronized void regionAdded() {
    hasRegion = true;
    makeRoom();
  }

  private void makeRoom() {
    if (kept && hasRegion && entries.length() == 0) {
      entries = new AtomicLongArray(CAPACITY);
    }
  }

  /** Heap bytes: none while there is no reader. */
  long metadataBytes() {
    return (long) Long.BYTES * entries.length();
  }

  void append(long globalPage, boolean found) {
    AtomicLongArray entries = this.entries;
    if (entries.length() == 0) {
      return;
    }
    long units = System.nanoTime() >>> UNIT_SHIFT;
    long entry = (units << TIME_SHIFT) | (found ? FOUND : 0) | (globalPage & PAGE_MASK);
    int at = (int) tail.getAndIncrement() & (CAPACITY - 1);
    // Page numbers begin with 1, so that an entry is never 0, which stands for none.
    entries.setRelease(at, entry);
  }

  /**
   * Shows what was written and not shown yet; used by one thread at a time.
   *
   * @param most how many entries at most; the later ones stay
   * @return entries shown
   */
  public int drain(Reader reader, int most) {
    long written = tail.get();
    long from = head;
    if (written - from > CAPACITY) {
      lost.add(written - CAPACITY - from);
      from = written - CAPACITY;
    }
    long end = Math.min(written, from + most);
    AtomicLongArray entries = this.entries;
    long now = System.nanoTime();
    int shown = 0;
    for (long at = from; at < end; at++) {
      long entry = entries.getAndSet((int) at & (CAPACITY - 1), 0);
      if (entry == 0) {
        lost.increment(); // reserved, but not written yet
        continue;
      }
      long page = entry & PAGE_MASK;
      PageTable table = regions.find(page);
      if (table != null) {
        long age = ((now >>> UNIT_SHIFT) - (entry >>> TIME_SHIFT)) & UNITS_MASK;
        reader.needed(
            table, (int) (page - table.firstPage), now - (age << UNIT_SHIFT), (entry & FOUND) != 0);
        shown++;
      }
    }
    head = end;
    return shown;
  }

  /** Entries that wait for the reader, those that are lost already included. Any thread. */
  int waiting() {
    return (int) Math.min(Integer.MAX_VALUE, tail.get() - head);
  }

  /** Whether a quarter of the room, or less, is left before the oldest are lost. Any thread. */
  boolean isCrowded() {
    return waiting() > CAPACITY / 4 * 3;
  }

  /** Entries that the reader did not get, because it was late. */
  public long lost() {
    return lost.sum();
  }
}
