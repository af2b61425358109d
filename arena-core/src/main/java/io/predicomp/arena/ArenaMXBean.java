package io.predicomp.arena;

import java.util.Map;

/**
 * An arena's statistics over JMX, as {@code io.predicomp:type=CompressedArena,name=…}. Sizes are
 * bytes, times nanoseconds; sums are since the arena was opened. Each attribute takes a snapshot of
 * its own.
 */
public interface ArenaMXBean {
  /** Pages in memory, or on the way in or out, times their size. */
  long getResidentBytes();

  /** Pages whose content is in the pool only. */
  long getCompressedPages();

  /** All that the pool holds: payload, fragmentation and metadata. */
  long getPoolBytes();

  /** The most it may hold. */
  long getPoolLimitBytes();

  /** 0: there is no budget. */
  long getResidentBudgetBytes();

  /** Pages in memory and pool together. */
  long getHeldBytes();

  /** The most it was since the arena was opened; 0 without a budget. */
  long getHighestHeldBytes();

  /** Pages that came to memory beyond the budget. */
  long getBudgetOvershoots();

  /** Memory without the arena, divided by memory with it. */
  double getEndToEndRatio();

  /** Pages restored because an access needed them. */
  long getDemandRestores();

  /** The 99th percentile of how long an access waited for its page, of those that did. */
  long getStallP99Nanos();

  /** Share of the time in which at least one thread waited, 0 to 100. */
  double getStalledPercent();

  /** Every counter under the name that {@link ArenaStats#counters()} gives it. */
  Map<String, Double> getCounters();
}
