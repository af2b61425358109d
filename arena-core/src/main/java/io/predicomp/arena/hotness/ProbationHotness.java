package io.predicomp.arena.hotness;

import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.arena.page.ProbedRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Evidence of use where nobody tells of touches: a rotating sample of clusters is demoted on
 * probation. How soon each comes back says how old its neighbourhood is, and around those that stay
 * away everything grows old enough to be demoted for good.
 *
 * <p>It sends the sample away and tells its sink nothing: what came back is told by faults, to
 * whoever harvests the regions ({@link AgedRegion#harvest}). Once a round it asks how many pages it
 * may send, with what became of the last ones.
 *
 * <p>For one thread.
 */
public final class ProbationHotness implements HotnessSource {
  /** Says what may be sent away. */
  public interface Allowance {
    /** How many pages in this round, by what became of those sent before, in all regions. */
    long pages(ProbeReport report, long nanoTime);

    /** Whether pages of a region may go now. */
    boolean covers(ProbedRegion region, long nanoTime);
  }

  /** Clusters sent away in one call, each of which takes a tenth of a millisecond. */
  private static final int SLICE_PROBES = 4;

  /** Blocks looked at in one call. */
  private static final int SLICE_LOOKS = 1 << 12;

  /** Of all blocks, the part that is probed in one round at most. */
  private static final int MOST_PART = 4;

  private final AgedMemory memory;
  private final long roundNanos;
  private final Allowance allowance;

  private List<ProbedRegion> regions = List.of();
  private int region;
  private int block;
  private int looksLeft;
  private int probesLeft;
  private long pagesLeft;
  private long nextRound;
  private final LongAdder probes = new LongAdder();
  private final LongAdder pages = new LongAdder();
  private final LongAdder back = new LongAdder();

  /**
   * Probation of every region that is a {@link ProbedRegion}.
   *
   * @param roundNanos from one sample to the next
   */
  public ProbationHotness(AgedMemory memory, long roundNanos, Allowance allowance, long nanoTime) {
    this.memory = memory;
    this.roundNanos = roundNanos;
    this.allowance = allowance;
    this.nextRound = nanoTime + roundNanos;
  }

  @Override
  public String name() {
    return "probation";
  }

  /** {@return pages sent away; 0 if the round is over} */
  @Override
  public long observe(long nanoTime, Sink sink) {
    if (isRoundOver()) {
      if (nanoTime < nextRound) {
        return 0;
      }
      beginRound(nanoTime);
    }
    long sent = 0;
    for (int looks = 0, sentProbes = 0;
        looks < SLICE_LOOKS && sentProbes < SLICE_PROBES && !isRoundOver();
        looks++, looksLeft--) {
      int demoted = probeNext(nanoTime);
      if (demoted > 0) {
        sent += demoted;
        sentProbes++;
        probesLeft--;
        pagesLeft -= demoted;
        probes.increment();
        pages.add(demoted);
      }
    }
    return sent;
  }

  private boolean isRoundOver() {
    return looksLeft == 0 || probesLeft == 0 || pagesLeft <= 0;
  }

  private void beginRound(long nanoTime) {
    nextRound = nanoTime + roundNanos;
    regions = new ArrayList<>();
    int blocks = 0;
    ProbeReport report = ProbeReport.NONE;
    for (AgedRegion each : memory.regions()) {
      if (each instanceof ProbedRegion probed) {
        regions.add(probed);
        blocks += probed.blockCount();
        report = report.plus(probed.reportProbes());
      }
    }
    back.add(report.back());
    pagesLeft = allowance.pages(report, nanoTime);
    probesLeft = Math.ceilDiv(blocks, MOST_PART);
    looksLeft = blocks;
    // Goes on where the last round stopped; regions may have come and gone.
    region = region < regions.size() ? region : 0;
    block = blocks > 0 && block < regions.get(region).blockCount() ? block : 0;
  }

  private int probeNext(long nanoTime) {
    ProbedRegion current = regions.get(region);
    int demoted = allowance.covers(current, nanoTime) ? current.probe(block) : 0;
    if (++block == current.blockCount()) {
      block = 0;
      region = region + 1 < regions.size() ? region + 1 : 0;
    }
    return demoted;
  }

  @Override
  public long idleNanos(long nanoTime) {
    return isRoundOver() ? Math.max(0, nextRound - nanoTime) : 0;
  }

  @Override
  public Map<String, Number> counters() {
    return Map.of(
        "probation_probes", probes.sum(),
        "probation_pages", pages.sum(),
        "probation_pages_back", back.sum());
  }
}
