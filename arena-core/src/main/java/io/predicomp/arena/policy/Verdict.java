package io.predicomp.arena.policy;

/** Whether compressing a region's cold pages is worth it, and if not, why. */
public enum Verdict {
  /** Too little was seen yet: the threshold is the one it was started with. */
  LEARNING("not enough was seen yet"),
  /** There are cold pages, and what they cost can be paid. */
  WORTH_IT("cold pages pay for their compression"),
  /** Every page is touched again before it is old enough to count as cold. */
  NOTHING_COLD("every page is in use"),
  /** Pages come back so soon that demoting and restoring them takes more than the CPU quota. */
  COSTS_TOO_MUCH_CPU("pages are touched again too soon for the CPU quota"),
  /** Pages come back so soon that waiting for them takes more than the stall target. */
  STALLS_TOO_MUCH("pages are touched again too soon for the stall target");

  private final String reason;

  Verdict(String reason) {
    this.reason = reason;
  }

  /** One clause in plain words. */
  public String reason() {
    return reason;
  }

  /** Whether pages should be demoted. */
  public boolean demotes() {
    return this == LEARNING || this == WORTH_IT;
  }
}
