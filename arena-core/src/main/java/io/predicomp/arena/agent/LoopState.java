package io.predicomp.arena.agent;

import io.predicomp.arena.policy.PredictorChoice;
import io.predicomp.arena.policy.PredictorScore;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What agents tell one another and the statistics. Thread-safe. */
final class LoopState {
  /** Age, or coldness, in epochs, from which pages are demoted. */
  volatile int coldAge = 1;

  /** Whether that is a coldness, by how often pages are used. */
  volatile boolean coldByRecurrence;

  /** Share of the cold pages that may be demoted, 0 to 1. */
  volatile double coldShare;

  /** How many cold pages may leave until the next scan. */
  volatile long mayLeave = Long.MAX_VALUE;

  /** Share of the stall target that is planned for, 0 to 1. */
  volatile double allowance = 1;

  /** Pages not in memory, by the last scan. */
  volatile long evictedPages;

  /** Why pages are demoted or not, with figures. */
  volatile String verdict = "not enough was seen yet";

  /** Whether pages are demoted for the resident budget, cold or not. */
  volatile boolean demotesForBudget;

  /** Pages in memory that are cold, by the last scan. */
  volatile long coldResident;

  /** Scans completed. */
  final AtomicLong scans = new AtomicLong();

  volatile long hotPages;
  volatile long warmPages;
  volatile long coldPages;

  final RegionActivities activities = new RegionActivities();

  /** What the application said and the prefetch agent has not heard yet. */
  final Queue<PhaseNote> hints = new ConcurrentLinkedQueue<>();

  /** Wakes the prefetch agent: for hints, the end of a scan, and needs. */
  final Doorbell prefetchBell = new Doorbell();

  volatile double restoreNanos = 2_500;
  volatile String predictor = PredictorChoice.OFF;
  volatile Map<String, PredictorScore.Figures> predictions = Map.of();
  volatile long latePrefetches;
  volatile long predictorBytes;

  /** The longest period that a region is predicted to wake with; 0 if there is none. */
  volatile long periodNanos;

  /** Stall of late, in percent of the time. */
  volatile double stallPercent;

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
  final LongAdder yields = new LongAdder();
  final LongAdder activeHints = new LongAdder();
}
