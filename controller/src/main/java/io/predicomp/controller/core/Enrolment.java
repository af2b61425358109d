package io.predicomp.controller.core;

/**
 * What a process says of itself.
 *
 * @param workload its name for people
 * @param capMebibytes limit of the compressed pool
 * @param minSavingsPercent pages that save less stay as they are
 * @param regionMebibytes memory that can be compressed
 * @param obeys whether it compresses when asked, and not only by itself
 */
public record Enrolment(
    String workload,
    long capMebibytes,
    long minSavingsPercent,
    long regionMebibytes,
    boolean obeys) {
  /** Of a process that has not enrolled. */
  static final Enrolment NONE = new Enrolment("", 0, 0, 0, false);
}
