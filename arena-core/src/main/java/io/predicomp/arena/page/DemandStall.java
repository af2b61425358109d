package io.predicomp.arena.page;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
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

  private final long origin = System.nanoTime();

  /** Begins a stall and returns its start for {@link #end}. */
  long begin() {
    long now = System.nanoTime() - origin;
    while (true) {
      long word = stalled.get();
      long next = (word & COUNT_MASK) == 0 ? (now >>> UNIT_SHIFT << COUNT_BITS) | 1 : word + 1;
      if (stalled.compareAndSet(word, next)) {
        return now;
      }
    }
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

  /** Nanoseconds since counting began. */
  public long elapsedNanos() {
    return System.nanoTime() - origin;
  }
}
