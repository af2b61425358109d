package io.predicomp.arena.page;

import java.util.concurrent.atomic.LongAdder;

/** What page movement has done so far, in pages unless the name says otherwise. Thread-safe. */
public final class MoverCounters {
  /** Pages the evictor tried to demote, and of these those that needed the codec or a scan. */
  public final LongAdder demoteAttempts = new LongAdder();

  public final LongAdder compressAttempts = new LongAdder();

  /** Pages demoted: by compression, as same-filled, or for nothing because a copy was kept. */
  public final LongAdder demoted = new LongAdder();

  public final LongAdder demotedCompressed = new LongAdder();
  public final LongAdder demotedSameFilled = new LongAdder();
  public final LongAdder demotedClean = new LongAdder();

  /** Reasons why a candidate stayed resident. */
  public final LongAdder keptPinned = new LongAdder();

  public final LongAdder keptRescued = new LongAdder();
  public final LongAdder keptSmallGain = new LongAdder();
  public final LongAdder keptPoolFull = new LongAdder();
  public final LongAdder keptDiscardFailed = new LongAdder();

  /** The codec had no memory to work in. */
  public final LongAdder keptNoMemory = new LongAdder();

  /** Pages an accessor took back while they were on the way out. */
  public final LongAdder rescues = new LongAdder();

  /** Pages brought back, by cause. */
  public final LongAdder demandRestores = new LongAdder();

  public final LongAdder requestedRestores = new LongAdder();
  public final LongAdder pressureRestores = new LongAdder();

  /** Restored by a prediction; of these accessed since, and demoted without having been. */
  public final LongAdder prefetches = new LongAdder();

  public final LongAdder prefetchesUsed = new LongAdder();
  public final LongAdder prefetchesWasted = new LongAdder();

  public final LongAdder copiesKept = new LongAdder();
  public final LongAdder copiesDropped = new LongAdder();
  public final LongAdder corruptPages = new LongAdder();
  public final LongAdder discardCalls = new LongAdder();
  public final LongAdder discardFailures = new LongAdder();
  public final LongAdder relocations = new LongAdder();

  MoverCounters() {}
}
