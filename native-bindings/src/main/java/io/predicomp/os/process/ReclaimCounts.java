package io.predicomp.os.process;

/** Counts what the kernel does to get pages back. For one thread. */
public interface ReclaimCounts extends AutoCloseable {
  /**
   * Totals since some moment.
   *
   * @param directReclaims times that a task had to reclaim before it got memory
   * @param directPages reclaimed by these
   * @param cgroupReclaims times that a task had to reclaim because its cgroup was at its limit
   * @param cgroupPages reclaimed by these
   * @param backgroundWakes times that the kernel's own reclaim thread began
   * @param scannedPages of the inactive lists
   * @param reclaimedPages of the inactive lists
   */
  record Totals(
      long directReclaims,
      long directPages,
      long cgroupReclaims,
      long cgroupPages,
      long backgroundWakes,
      long scannedPages,
      long reclaimedPages) {
    /** {@return what came on top of those} */
    public Totals minus(Totals before) {
      return new Totals(
          directReclaims - before.directReclaims,
          directPages - before.directPages,
          cgroupReclaims - before.cgroupReclaims,
          cgroupPages - before.cgroupPages,
          backgroundWakes - before.backgroundWakes,
          scannedPages - before.scannedPages,
          reclaimedPages - before.reclaimedPages);
    }
  }

  /** {@return how it counts, for people} */
  String description();

  /** {@return the totals now} */
  Totals totals();

  @Override
  void close();
}
