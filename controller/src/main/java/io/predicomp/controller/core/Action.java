package io.predicomp.controller.core;

/** What the tracker wants done. */
public sealed interface Action {
  /**
   * Ask the process to compress its memory.
   *
   * @param request number that its acknowledgement has to name
   * @param lateNanos since the moment at which it was due
   */
  record Compress(int pid, int generation, long request, long lateNanos) implements Action {}

  /** Measure what the policy looks at, and tell {@link ProcessTracker#measured}. */
  record Measure(int pid, int generation) implements Action {}

  /** A process is over, or its observation: keep what is known of it. */
  record Finished(ProcessRow row) implements Action {}
}
