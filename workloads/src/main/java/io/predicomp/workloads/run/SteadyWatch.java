package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.process.ThreadCpuClock;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Notes how things stand when the steady state begins, to tell at the end what happened from then
 * on. Used by the thread that watches the run; {@link #stage()} by any.
 */
final class SteadyWatch {
  private final long afterNanos;
  private volatile int stage;
  private long from;
  private long operations;
  private long cpu;
  private Optional<ArenaStats> stats = Optional.empty();

  /**
   * @param afterNanos since the start of the run
   */
  SteadyWatch(long afterNanos) {
    this.afterNanos = afterNanos;
  }

  /** {@return 1 if the steady state has begun, 0 before} */
  int stage() {
    return stage;
  }

  /** {@return whether the steady state has begun} */
  boolean hasBegun() {
    return stage > 0;
  }

  /** {@return whether it is time to {@link #begin}} */
  boolean isDue(long elapsedNanos) {
    return !hasBegun() && elapsedNanos >= afterNanos;
  }

  /** Notes how things stand. */
  void begin(long elapsedNanos, long operationsSoFar, Optional<ArenaStats> now) {
    from = elapsedNanos;
    operations = operationsSoFar;
    cpu = ThreadCpuClock.processNanos();
    stats = now;
    stage = 1;
  }

  /** {@return what happened since, or nothing if the run ended before} */
  Optional<SteadyState> end(
      long elapsedNanos,
      long operationsInAll,
      Optional<ArenaStats> now,
      MemorySamples samples,
      Histogram touchLatencies) {
    if (!hasBegun()) {
      return Optional.empty();
    }
    return Optional.of(
        new SteadyState(
            from,
            elapsedNanos - from,
            operationsInAll - operations,
            ThreadCpuClock.processNanos() - cpu,
            samples.savedPercentSteady(),
            samples.savedGibibyteMinutesSteady(),
            now.flatMap(end -> stats.map(end::since)),
            touchLatencies));
  }
}
