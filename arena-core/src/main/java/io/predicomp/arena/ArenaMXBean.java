package io.predicomp.arena;

import java.util.Map;

/**
 * An arena's statistics over JMX, as {@code io.predicomp:type=CompressedArena,name=…}. Sizes are
 * bytes, times nanoseconds.
 */
public interface ArenaMXBean {
  long getResidentBytes();

  long getCompressedPages();

  long getPoolBytes();

  long getPoolLimitBytes();

  /** 0: there is no budget. */
  long getResidentBudgetBytes();

  /** Pages in memory and pool together. */
  long getHeldBytes();

  /** The most it was since the arena was opened; 0 without a budget. */
  long getHighestHeldBytes();

  /** Pages that came to memory beyond the budget. */
  long getBudgetOvershoots();

  double getEndToEndRatio();

  long getDemandRestores();

  long getStallP99Nanos();

  double getStalledPercent();

  /** Every counter under the name that {@link ArenaStats#counters()} gives it. */
  Map<String, Double> getCounters();
}
