package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What a run measured.
 *
 * @param operations touches, or mappings of {@code mmap_churn}
 * @param idleWindows how often all workers were idle
 * @param elapsedNanos time the workers worked, fill and verification excluded
 * @param cpuNanos CPU time of the whole process in that time
 * @param interrupted whether the user ended it early
 * @param stats the arena at the end, before verification read everything back
 * @param demotedStats the arena after it was last compressed
 * @param demotions how often the region was compressed, wholly or as far as a pause allowed
 * @param demotionNanos how long that took
 * @param requestedDemotions those of them that were asked for from outside the process
 * @param samples of the arena, ten times a second
 * @param startStats the arena when the work began
 * @param steady what was measured once there had been time to learn; nothing if the run was over
 *     before
 * @param touchLatencies of the touches timed, each from its begin, in nanoseconds
 * @param operationLatencies of paced operations, from when they were due, in nanoseconds
 * @param serviceLatencies of operations that are more than a touch, from their begin, in
 *     nanoseconds
 */
public record RunResult(
    long operations,
    long idleWindows,
    long elapsedNanos,
    long cpuNanos,
    boolean interrupted,
    Resident resident,
    Optional<ArenaStats> stats,
    Optional<ArenaStats> demotedStats,
    long demotions,
    long demotionNanos,
    long requestedDemotions,
    MemorySamples samples,
    Optional<ArenaStats> startStats,
    Optional<SteadyState> steady,
    Histogram touchLatencies,
    Histogram operationLatencies,
    Histogram serviceLatencies,
    Verification verification) {

  /**
   * Memory of the process.
   *
   * @param filled after the region was filled
   * @param demoted after it was last compressed; at the end if it never was
   * @param ended at the end
   */
  public record Resident(SmapsRollup filled, SmapsRollup demoted, SmapsRollup ended) {}

  /** {@return percent of the working time in which at least one touch waited for a page} */
  public double stalledPercent() {
    if (stats.isEmpty() || startStats.isEmpty() || elapsedNanos == 0) {
      return 0;
    }
    long nanos = stats.get().stall().someNanos() - startStats.get().stall().someNanos();
    return 100.0 * nanos / elapsedNanos;
  }

  /** {@return operations a second that were reached} */
  public double rate() {
    return elapsedNanos == 0 ? 0 : operations * 1e9 / elapsedNanos;
  }
}
