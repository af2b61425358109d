package io.predicomp.arena.page;

import io.predicomp.arena.policy.VictimPolicy;

/**
 * Goes round all pages and demotes the cold ones, a batch a step, so that whoever drives it can
 * stop after each. For one thread.
 */
public final class ColdSweep {
  /** Which pages of a region may go. */
  @FunctionalInterface
  public interface Victims {
    /** The policy for a region at this moment. */
    VictimPolicy of(AgedRegion region);
  }

  /** Pages looked at before a step ends without having demoted anything. */
  private static final int LONGEST_LOOK = 1 << 15;

  private final AgedMemory memory;
  private final DemotionTally tally = new DemotionTally();
  private AgedRegion[] regions = new AgedRegion[0];
  private int region;
  private int page;

  public ColdSweep(AgedMemory memory) {
    this.memory = memory;
  }

  /** Begins a round from the first page of the first region. */
  public void begin() {
    regions = memory.regions();
    region = 0;
    page = 0;
  }

  /** Whether the round is over. */
  public boolean isDone() {
    return region >= regions.length;
  }

  /** Demotes the next pages that may go, at most one batch; says what it did. */
  public DemotionTally step(Victims victims) {
    tally.set(0, 0);
    if (isDone()) {
      return tally;
    }
    AgedRegion current = regions[region];
    VictimPolicy policy = victims.of(current);
    if (policy.takesNone()) {
      page = current.pageCount();
    } else {
      int end = (int) Math.min(current.pageCount(), (long) page + LONGEST_LOOK);
      page = current.demoteCold(page, end, policy, tally);
    }
    if (page >= current.pageCount()) {
      region++;
      page = 0;
      if (isDone()) {
        regions = new AgedRegion[0]; // keeps no closed region alive
        region = 0;
      }
    }
    return tally;
  }
}
