package io.predicomp.workloads.churn;

import io.predicomp.os.process.Forker.Inheritance;

/**
 * Settings that every churn has.
 *
 * @param workers at least 1
 * @param seed decides when, within the time between two children, each worker makes its own
 * @param ratePerWorker children a second
 * @param mostChildren of one worker at a time
 * @param inheritance what forked children get of this process's memory
 * @param mostFailedPercent share of attempts that may fail before the run does, 0 to 100
 */
public record ChurnSettings(
    int workers,
    long seed,
    long ratePerWorker,
    int mostChildren,
    Inheritance inheritance,
    int mostFailedPercent) {
  /** {@return children a second, all workers together} */
  public long requestedRate() {
    return workers * ratePerWorker;
  }
}
