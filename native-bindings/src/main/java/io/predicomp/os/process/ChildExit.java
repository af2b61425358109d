package io.predicomp.os.process;

/**
 * How a child ended and what it used.
 *
 * @param code its exit code, or the negative number of the signal that ended it; {@link #UNKNOWN}
 *     if the kernel reaped it itself, because the process was started with SIGCHLD ignored
 * @param startedNanos when the call that made it returned, of {@link System#nanoTime}
 * @param lifetimeNanos from then until it was reaped
 * @param minorFaults its page faults resolved without I/O
 * @param majorFaults its page faults resolved with I/O
 * @param cpuNanos its CPU time, user and system together
 */
public record ChildExit(
    int code,
    long startedNanos,
    long lifetimeNanos,
    long minorFaults,
    long majorFaults,
    long cpuNanos) {
  /** The {@link #code} of a child about which the kernel says nothing. */
  public static final int UNKNOWN = Integer.MIN_VALUE;

  /** {@return whether it ended by itself with exit code 0, as far as is known} */
  public boolean isSuccess() {
    return code == 0 || code == UNKNOWN;
  }
}
