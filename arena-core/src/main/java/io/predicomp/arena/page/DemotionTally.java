package io.predicomp.arena.page;

/** What one call of {@link AgedRegion#demoteCold} tried and did, in pages. Not thread-safe. */
public final class DemotionTally {
  private int candidates;
  private int demoted;

  /** Sets both figures. */
  public void set(int candidates, int demoted) {
    this.candidates = candidates;
    this.demoted = demoted;
  }

  /** Pages that were cold and not known to be in use. */
  public int candidates() {
    return candidates;
  }

  /** Pages that left memory. */
  public int demoted() {
    return demoted;
  }
}
