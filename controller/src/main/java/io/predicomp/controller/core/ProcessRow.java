package io.predicomp.controller.core;

/**
 * All that became known of one process. Times are nanoseconds of CLOCK_MONOTONIC; 0: it did not
 * happen, or was not seen.
 *
 * @param generation how many processes with this number have been seen, this one included
 * @param deadlineNanos when the policy looked at it first, or was going to
 * @param exitCode the exit code, or a negative signal; {@link Integer#MIN_VALUE} if unknown
 * @param parent of the last that was seen; 0 if unknown
 * @param lineageRoot the first of its ancestors that began while the controller was watching
 * @param sent requests to compress
 * @param acknowledged requests that it carried out
 * @param missed whether it was due and had never enrolled
 * @param requestNanos of the last request
 * @param ackNanos of the last acknowledgement
 * @param lateNanos from the moment at which the last request was due until it was made
 */
public record ProcessRow(
    int pid,
    int generation,
    String name,
    long execNanos,
    long deadlineNanos,
    long exitNanos,
    boolean exited,
    int exitCode,
    int parent,
    int lineageRoot,
    int sent,
    int acknowledged,
    boolean missed,
    long requestNanos,
    long ackNanos,
    long lateNanos,
    Enrolment enrolment,
    ArenaFigures figures) {
  /** {@return from the last request to its acknowledgement; 0 without one} */
  public long latencyNanos() {
    return ackNanos == 0 ? 0 : ackNanos - requestNanos;
  }
}
