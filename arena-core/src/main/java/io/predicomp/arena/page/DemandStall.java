package io.predicomp.arena.page;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Time that accessing threads spent waiting for a page. Thread-safe, lock-free; recording allocates
 * nothing but what a contended {@link LongAdder} grows by.
 */
public final class DemandStall {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private static final int COUNT_BITS = 24;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
  private static final int UNIT_SHIFT = 6;
  private static final long UNITS_MASK = -1L >>> COUNT_BITS;

  /** How often to look who is idle: seldom, for a restore takes a few microseconds. */
  private static final long LOOK_NANOS = 10_000_000;

  private static final long NOT_FULL = -1;

  /** Two digits: the value read is within 1 % of the value recorded. */
  private final AtomicHistogram histogram = new AtomicHistogram(LONGEST_NANOS, 2);

  private final LongAdder totalNanos = new LongAdder();

  /**
   * How many threads are stalled now (low 24 bits) and when the first of them began (units of 64
   * ns, modulo 2⁴⁰ of them, which is 19 hours).
   */
  private final AtomicLong stalled = new AtomicLong();

  /** Nanoseconds during which at least one thread was stalled. */
  private final LongAdder someNanos = new LongAdder();

  /** Since when all threads that are not idle have been stalled. */
  private final AtomicLong fullSince = new AtomicLong(NOT_FULL);

  /** Nanoseconds during which they all were. */
  private final LongAdder fullNanos = new LongAdder();

  private final IntSupplier activeThreads;

  /** Threads that were not idle at the last look. Racy: a stale value is a look that came late. */
  private volatile int active;

  private final AtomicLong lookedAt = new AtomicLong(-LOOK_NANOS);

  private final long origin = System.nanoTime();

  /**
   * @param activeThreads tells how many of the threads that access the arena are not idle; asked by
   *     stalled threads every {@value #LOOK_NANOS} ns at most
   */
  DemandStall(IntSupplier activeThreads) {
    this.activeThreads = activeThreads;
  }

  /** Begins a stall and returns its start for {@link #end}. */
  long begin() {
    long now = System.nanoTime() - origin;
    while (true) {
      long word = stalled.get();
      long next = (word & COUNT_MASK) == 0 ? (now >>> UNIT_SHIFT << COUNT_BITS) | 1 : word + 1;
      if (stalled.compareAndSet(word, next)) {
        lookAtThreads(now);
        noticeFull(now);
        return now;
      }
    }
  }

  private void lookAtThreads(long now) {
    long last = lookedAt.get();
    if (now - last >= LOOK_NANOS && lookedAt.compareAndSet(last, now)) {
      active = activeThreads.getAsInt();
    }
  }

  /** Begins or ends the time in which all threads are stalled, if that is due. */
  private void noticeFull(long now) {
    while (true) {
      long since = fullSince.get();
      boolean full = isFull();
      if (full == (since != NOT_FULL)) {
        return;
      }
      // Then looks again: whoever changed the count meanwhile may have seen the old value.
      if (fullSince.compareAndSet(since, full ? now : NOT_FULL) && !full) {
        fullNanos.add(Math.max(0, now - since));
      }
    }
  }

  /** Threads that look idle, or are not known, but are stalled, are not idle. */
  private boolean isFull() {
    long count = stalled.get() & COUNT_MASK;
    return count > 0 && count >= active;
  }

  /** Ends a stall; returns its nanoseconds. */
  long end(long start) {
    long now = System.nanoTime() - origin;
    while (true) {
      long word = stalled.get();
      long next = word - 1;
      if (stalled.compareAndSet(word, next)) {
        if ((next & COUNT_MASK) == 0) {
          long units = ((now >>> UNIT_SHIFT) - (word >>> COUNT_BITS)) & UNITS_MASK;
          someNanos.add(units << UNIT_SHIFT);
        }
        noticeFull(now);
        break;
      }
    }
    long nanos = Math.max(0, now - start);
    totalNanos.add(nanos);
    histogram.recordValue(Math.min(nanos, LONGEST_NANOS));
    return nanos;
  }

  /** Stalls so far; histogram values are nanoseconds. */
  public Histogram histogram() {
    return histogram.copy();
  }

  /** Sum over threads, nanoseconds. */
  public long totalNanos() {
    return totalNanos.sum();
  }

  /** Time in which at least one thread was stalled, nanoseconds; PSI calls it {@code some}. */
  public long someNanos() {
    return someNanos.sum();
  }

  /** Whether a thread is stalled now. */
  public boolean isStalled() {
    return (stalled.get() & COUNT_MASK) != 0;
  }

  /**
   * Time in which every accessing thread that was not idle was stalled, nanoseconds; PSI calls it
   * {@code full}.
   */
  public long fullNanos() {
    return fullNanos.sum();
  }

  /** Nanoseconds since counting began. */
  public long elapsedNanos() {
    return System.nanoTime() - origin;
  }
}
