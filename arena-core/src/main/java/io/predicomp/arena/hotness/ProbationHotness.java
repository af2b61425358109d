package io.predicomp.arena.hotness;

import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
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
 * whoever harvests the regions ({@link AgedRegion#harvest}). As many clusters are sent in a round
 * as waiting for them allows: twice as many as in the last one while threads wait for less than
 * half of what they may, half as many when they wait for more.
 *
 * <p>For one thread.
 */
public final class ProbationHotness implements HotnessSource {
  /** Clusters sent away in one call, each of which takes a tenth of a millisecond. */
  private static final int SLICE_PROBES = 4;

  /** Blocks looked at in one call. */
  private static final int SLICE_LOOKS = 1 << 12;

  private static final int LEAST_PROBES = 2;

  /** Of all blocks, the part that is probed in one round at most. */
  private static final int MOST_PART = 4;

  /** Of what may be waited for, what all waiting may take before probes become fewer. */
  private static final double SHARE = 0.5;

  private final AgedMemory memory;
  private final long roundNanos;
  private final double mostStallShare;

  private List<ProbedRegion> regions = List.of();
  private int region;
  private int block;
  private int looksLeft;
  private int probesLeft;
  private int window = LEAST_PROBES;
  private long nextRound;
  private long lastRound;
  private long stalledBefore;
  private final LongAdder probes = new LongAdder();
  private final LongAdder pages = new LongAdder();

  /**
   * Probation of every region that is a {@link ProbedRegion}.
   *
   * @param roundNanos from one sample to the next
   * @param stallPercent share of the time that threads may wait for pages
   */
  public ProbationHotness(AgedMemory memory, long roundNanos, double stallPercent, long nanoTime) {
    this.memory = memory;
    this.roundNanos = roundNanos;
    this.mostStallShare = stallPercent / 100 * SHARE;
    this.lastRound = nanoTime;
    this.nextRound = nanoTime + roundNanos;
  }

  @Override
  public String name() {
    return "probation";
  }

  /** {@return pages sent away; 0 if the round is over} */
  @Override
  public long observe(long nanoTime, Sink sink) {
    if (probesLeft == 0 || looksLeft == 0) {
      if (nanoTime < nextRound) {
        return 0;
      }
      beginRound(nanoTime);
    }
    long sent = 0;
    int most = Math.min(SLICE_PROBES, probesLeft);
    for (int looks = 0, sentProbes = 0;
        looks < SLICE_LOOKS && looksLeft > 0 && sentProbes < most;
        looks++, looksLeft--) {
      int demoted = probeNext();
      if (demoted > 0) {
        sent += demoted;
        sentProbes++;
        probesLeft--;
        probes.increment();
        pages.add(demoted);
      }
    }
    return sent;
  }

  private void beginRound(long nanoTime) {
    long stalled = memory.stalledNanos();
    double share = (double) (stalled - stalledBefore) / Math.max(1, nanoTime - lastRound);
    stalledBefore = stalled;
    lastRound = nanoTime;
    nextRound = nanoTime + roundNanos;
    regions = new ArrayList<>();
    int blocks = 0;
    for (AgedRegion each : memory.regions()) {
      if (each instanceof ProbedRegion probed) {
        regions.add(probed);
        blocks += probed.blockCount();
      }
    }
    int most = Math.max(LEAST_PROBES, blocks / MOST_PART);
    window = Math.clamp(share > mostStallShare ? window / 2 : 2L * window, LEAST_PROBES, most);
    probesLeft = window;
    looksLeft = blocks;
    // Goes on where the last round stopped; regions may have come and gone.
    region = region < regions.size() ? region : 0;
    block = blocks > 0 && block < regions.get(region).blockCount() ? block : 0;
  }

  private int probeNext() {
    ProbedRegion current = regions.get(region);
    int demoted = current.probe(block);
    if (++block == current.blockCount()) {
      block = 0;
      region = region + 1 < regions.size() ? region + 1 : 0;
    }
    return demoted;
  }

  @Override
  public long idleNanos(long nanoTime) {
    return probesLeft > 0 && looksLeft > 0 ? 0 : Math.max(0, nextRound - nanoTime);
  }

  @Override
  public Map<String, Number> counters() {
    return Map.of("probation_probes", probes.sum(), "probation_pages", pages.sum());
  }
}
