package io.predicomp.workloads.churn;

/**
 * What a run measured.
 *
 * @param elapsedNanos time the workers worked
 * @param cpuNanos CPU time of this process, children excluded
 * @param interrupted whether the user ended it early
 * @param limit the soft RLIMIT_NPROC that held meanwhile
 */
public record ChurnResult(
    ChurnTotals totals, long elapsedNanos, long cpuNanos, boolean interrupted, long limit) {
  /** {@return children a second that were made} */
  public double rate() {
    return elapsedNanos == 0 ? 0 : totals.children() * 1e9 / elapsedNanos;
  }
}
