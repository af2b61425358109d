package io.predicomp.workloads.run;

import java.util.function.BooleanSupplier;

/** Compresses the memory of a workload piece by piece. */
@FunctionalInterface
public interface DemotionPass {
  /**
   * Goes on where the last call stopped, until all memory was visited once or {@code goOn} says no;
   * asked between pieces of a few milliseconds.
   */
  void run(BooleanSupplier goOn);

  /** {@return whether it should be run as soon as it can be, and not only when its time comes} */
  default boolean isUrgent() {
    return false;
  }
}
