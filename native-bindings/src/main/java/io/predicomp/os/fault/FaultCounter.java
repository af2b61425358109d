package io.predicomp.os.fault;

/** What the fault kernel counts for a pool; numbered as in {@code enum fault_counter}. */
public enum FaultCounter {
  /** Pages brought back because they were touched. */
  DEMAND_RESTORES(0),
  /** Evictions that a fault or a pin aborted, in pages. */
  RESCUES(1),
  /** Clean pages that were written. */
  WRITE_FAULTS(2),
  /** Faults on pages never touched before. */
  ZERO_FILLS(3),
  /** Restored pages that kept their block. */
  COPIES_KEPT(4),
  /** Blocks of pages in memory that were freed. */
  COPIES_DROPPED(5),
  /** Restores that gave something else than one page with its checksum. */
  CORRUPT(6),
  /** Candidates that stayed because of a pin. */
  KEPT_PINNED(7),
  /** Times the kernel had no memory for a page. */
  MEMORY_RETRIES(8),
  /** Nanoseconds during which at least one thread was in a fault. */
  SOME_NANOS(9),
  /** Faults that waited for room in the budget. */
  BUDGET_WAITS(10),
  /** Pages they took beyond it, because there was none. */
  BUDGET_OVERSHOOTS(11),
  /** Of the demand restores, those for a write. */
  WRITE_RESTORES(12);

  final int index;

  FaultCounter(int index) {
    this.index = index;
  }
}
