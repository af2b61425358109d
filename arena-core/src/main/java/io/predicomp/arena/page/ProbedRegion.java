package io.predicomp.arena.page;

/**
 * A region whose pages do not tell that they are used while they are in memory. Some of them have
 * to leave, on probation, so that the others can be judged.
 */
public interface ProbedRegion extends AgedRegion {
  /**
   * Takes in what something else than faults tells of some pages: those in use stay young, those
   * that are not grow older, and neither is sent on probation meanwhile.
   *
   * @param epochs how long that is believed, unless it is told anew
   * @return pages in memory that were older and are young now
   */
  int observed(int page, int count, boolean used, int epochs);

  /** Blocks of the region, whose pages are judged by one another. */
  int blockCount();

  /**
   * Demotes 64 KiB of a block on probation, other ones each time, unless pages of it are absent and
   * tell already, or the last probe came back a short time ago.
   *
   * @return pages demoted
   */
  int probe(int block);

  /** What became of the probes; each page that came back or stayed away is told once. */
  ProbeReport reportProbes();
}
