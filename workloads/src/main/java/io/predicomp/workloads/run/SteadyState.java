package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What a run measured from a moment on, when whatever adapts has had time to learn.
 *
 * @param fromNanos when it began, since the start of the run
 * @param nanos how long it lasted
 * @param operations touches, or mappings of {@code mmap_churn}, within that time
 * @param cpuNanos CPU time of the whole process in it
 * @param savedPercent of the plain region, averaged over that time; resident, pool and page tables
 *     deducted
 * @param savedGibibyteMinutes the same as GiB times minutes
 * @param stats what the arena did in it; nothing without arena
 * @param touchLatencies of the touches timed in it, in nanoseconds
 */
public record SteadyState(
    long fromNanos,
    long nanos,
    long operations,
    long cpuNanos,
    double savedPercent,
    double savedGibibyteMinutes,
    Optional<ArenaStats> stats,
    Histogram touchLatencies) {
  /** {@return operations a second} */
  public double rate() {
    return nanos <= 0 ? 0 : operations * 1e9 / nanos;
  }

  /** {@return percent of the time in which at least one touch waited for a page} */
  public double stalledPercent() {
    return stats.isEmpty() || nanos <= 0 ? 0 : 100.0 * stats.get().stall().someNanos() / nanos;
  }

  /** {@return what the loops took of one core, in percent} */
  public double loopPercent() {
    return stats.isEmpty() || nanos <= 0 ? 0 : 100.0 * stats.get().loops().totalCpuNanos() / nanos;
  }

  /** {@return CPU seconds of the loops for each GiB saved for a minute; 0 if nothing was saved} */
  public double cpuSecondsPerGibibyteMinute() {
    return stats.isEmpty() || savedGibibyteMinutes <= 0
        ? 0
        : stats.get().loops().totalCpuNanos() / 1e9 / savedGibibyteMinutes;
  }
}
