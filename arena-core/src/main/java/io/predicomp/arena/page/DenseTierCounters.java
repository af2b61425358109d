package io.predicomp.arena.page;

import java.util.concurrent.atomic.LongAdder;

/** What recompression has done so far, in pages unless the name says otherwise. Thread-safe. */
public final class DenseTierCounters {
  public final LongAdder toDense = new LongAdder();
  public final LongAdder toColdest = new LongAdder();

  /** Payload bytes before, less after. */
  public final LongAdder savedBytes = new LongAdder();

  /** Reasons why a page stayed as it was. */
  public final LongAdder keptSmallGain = new LongAdder();

  public final LongAdder keptRestored = new LongAdder();
  public final LongAdder keptPoolFull = new LongAdder();

  /** The old copy did not decode, or the new one not to the same bytes. */
  public final LongAdder keptFailed = new LongAdder();

  /** The codec had no memory to work in. */
  public final LongAdder keptNoMemory = new LongAdder();

  /** Samples taken to choose codecs for a region, and the time that took, training included. */
  public final LongAdder plans = new LongAdder();

  public final LongAdder planNanos = new LongAdder();

  /** Dictionaries trained, and of these those whose gain on held-out pages paid for them. */
  public final LongAdder dictionariesTrained = new LongAdder();

  public final LongAdder dictionariesKept = new LongAdder();

  /** Trainings that found nothing in common or could not run. */
  public final LongAdder trainingFailures = new LongAdder();

  DenseTierCounters() {}
}
