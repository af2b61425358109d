package io.predicomp.arena.agent;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What agents tell one another and the statistics. Thread-safe. */
final class LoopState {
  /** Age, in epochs, from which pages are demoted. */
  volatile int coldAge = 1;

  /** Share of the cold pages that may be demoted, 0 to 1. */
  volatile double coldShare;

  /** Share of the demotion rate that stalls leave, 0 to 1. */
  volatile double allowance = 1;

  /** Pages not in memory, by the last scan. */
  volatile long evictedPages;

  /** Why pages are demoted or not, with figures. */
  volatile String verdict = "not enough was seen yet";

  /** Pages in memory that are cold, by the last scan. */
  volatile long coldResident;

  /** Scans completed. */
  final AtomicLong scans = new AtomicLong();

  volatile long hotPages;
  volatile long warmPages;
  volatile long coldPages;

  /** Until then a prediction asks for what it brought back to stay, on the agents' clock. */
  volatile long holdUntilNanos = Long.MIN_VALUE;

  volatile double restoreNanos = 2_500;
  volatile String predictor = "none";
  volatile long periodNanos;

  final LongAdder demoted = new LongAdder();
  final LongAdder demoteCpuNanos = new LongAdder();
  final LongAdder restored = new LongAdder();
  final LongAdder restoreCpuNanos = new LongAdder();
  final LongAdder attempts = new LongAdder();
  final LongAdder skippedQuota = new LongAdder();
  final LongAdder skippedHeld = new LongAdder();
  final LongAdder recompressSkippedQuota = new LongAdder();
  final LongAdder enqueued = new LongAdder();
  final LongAdder dedupSkips = new LongAdder();
  final LongAdder noRoom = new LongAdder();
}
