package io.predicomp.os.damon;

/**
 * Adjacent memory that was accessed about equally often.
 *
 * @param start its first address
 * @param end the address after its last
 * @param accesses looks of the last aggregation that found the sampled page accessed; at most
 *     {@link MonitoringAttributes#maxAccesses()}
 * @param age aggregations since that number last changed much
 */
public record DamonRegion(long start, long end, int accesses, int age) {
  /** {@return its length in bytes} */
  public long bytes() {
    return end - start;
  }
}
