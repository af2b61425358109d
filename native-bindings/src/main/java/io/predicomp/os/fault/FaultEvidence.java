package io.predicomp.os.fault;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.address.AddressSpace;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What faults leave behind for those who predict: in which epoch they last told of the use of each
 * cluster, and the latest pages that were needed and absent. Written by the handler without lock.
 */
public final class FaultEvidence {
  /** Bytes of a cluster, {@code CLUSTER_BYTES}. */
  public static final int CLUSTER_BYTES = 64 * 1024;

  private static final int NEEDS = 1 << 15;
  private static final int PAGE_BITS = 40;
  private static final int TIME_SHIFT = PAGE_BITS + 1;
  private static final int UNIT_SHIFT = 14;
  private static final long UNITS_MASK = -1L >>> TIME_SHIFT;

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private FaultEvidence() {}

  /** Receives needs in about the order in which they arose. */
  public interface Reader {
    /**
     * A page was touched and absent.
     *
     * @param page its number in the arena
     * @param nanoTime of {@link System#nanoTime()}, to within 16 µs
     * @param write whether it was to be written
     */
    void needed(long page, long nanoTime, boolean write);
  }

  /** {@return the epoch in which a fault last told that a cluster is in use; 0: never} */
  public static int stamp(long stamps, long cluster) {
    return (int) INT.getOpaque(AddressSpace.ALL, stamps + Integer.BYTES * cluster);
  }

  /**
   * {@return the bytes of memory that so many needs of one pool take, the latest of which are kept}
   */
  public static long needBytes(long needs) {
    return Long.BYTES * Math.min(NEEDS, needs);
  }

  /** The needs of one pool, for one reader; those it comes too late for are counted. */
  public static final class Needs {
    private final long written;
    private final long ring;

    /** Written by the reader. */
    private volatile long head;

    private final AtomicLong lost = new AtomicLong();

    /**
     * @param counters of the pool ({@link FaultKernel#counters})
     */
    public Needs(long counters) {
      this.written = counters + 8L * FaultCounter.DEMAND_RESTORES.index;
      this.ring = counters + FaultKernel.NEED_RING;
    }

    /**
     * Shows what was written and not shown yet.
     *
     * @param most how many needs at most; the later ones stay
     * @return how many were shown
     */
    public int drain(Reader reader, int most) {
      long latest = (long) LONG.getAcquire(AddressSpace.ALL, written);
      long missed = Math.max(0, latest - NEEDS - head);
      long from = head + missed;
      long end = Math.min(latest, from + most);
      long now = System.nanoTime();
      int shown = 0;
      for (long next = from; next < end; next++) {
        long at = ring + Long.BYTES * (next & (NEEDS - 1));
        long need = (long) LONG.getAndSet(AddressSpace.ALL, at, 0L);
        if (need == 0) {
          missed++; // reserved, but not written yet
          continue;
        }
        long age = ((now >>> UNIT_SHIFT) - (need >>> TIME_SHIFT)) & UNITS_MASK;
        long page = need & ((1L << PAGE_BITS) - 1);
        reader.needed(page, now - (age << UNIT_SHIFT), (need >>> PAGE_BITS & 1) != 0);
        shown++;
      }
      head = end;
      lost.addAndGet(missed);
      return shown;
    }

    /** Needs that wait for the reader, those that are lost already included. Any thread. */
    public int waiting() {
      long end = (long) LONG.getAcquire(AddressSpace.ALL, written);
      return (int) Math.min(Integer.MAX_VALUE, end - head);
    }

    /** Whether a quarter of the room, or less, is left before the oldest are lost. Any thread. */
    public boolean isCrowded() {
      return waiting() > NEEDS / 4 * 3;
    }

    /** Needs that the reader came too late for. Any thread. */
    public long lost() {
      return lost.get();
    }
  }
}
