package io.predicomp.arena.page;

import java.util.concurrent.atomic.LongAdder;

/**
 * What was done to stay within the resident budget, in pages unless said otherwise. Thread-safe.
 */
public final class BudgetCounters {
  /** Demoted by threads that needed room, and how often one had to. */
  public final LongAdder demotedWaiting = new LongAdder();

  public final LongAdder waits = new LongAdder();

  /** Demoted in the background, above the high watermark. */
  public final LongAdder demotedAhead = new LongAdder();

  /** Brought into memory beyond the budget, because nothing more could be demoted. */
  public final LongAdder overshoots = new LongAdder();

  /** Requests, prefetches, pins and allocations that were refused for want of room. */
  public final LongAdder refused = new LongAdder();

  BudgetCounters() {}
}
