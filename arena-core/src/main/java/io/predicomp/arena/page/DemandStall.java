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

  /** Two digits: the value read is within 1 % of the value recorded. */
  private final AtomicHistogram histogram = new AtomicHistogram(LONGEST_NANOS, 2);

  private final LongAdder totalNanos = new LongAdder();

  /** Threads that are stalled now in the low 16 bits; above, when the first of them began. */
  private final AtomicLong stalled = new AtomicLong();

  /** Nanoseconds during which at least one thread was stalled. */
  private final LongAdder someNanos = new LongAdder();

  private final long origin = System.nanoTime();

  /** Begins a stall and returns its start for {@link #end}. */
  long begin() {
    long now = System.nanoTime() - origin;
    while (true) {
      long word = stalled.get();
      long next = (word & 0xFFFF) == 0 ? (now << 16) | 1 : word + 1;
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
        if ((next & 0xFFFF) == 0) {
          someNanos.add(Math.max(0, now - (word >>> 16)));
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

  /** Nanoseconds since counting began. */
  public long elapsedNanos() {
    return System.nanoTime() - origin;
  }
}
