package io.predicomp.arena.hotness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.page.FoundPages;
import io.predicomp.arena.page.NeedLog;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.arena.page.ProbedRegion;
import io.predicomp.arena.policy.VictimPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which blocks are probed, how many and when, in a memory that only counts. */
class ProbationHotnessTest {
  private static final long ROUND = 100_000_000;

  private final List<AgedRegion> regions = new ArrayList<>();
  private long allowed = Long.MAX_VALUE;
  private ProbeReport heard = ProbeReport.NONE;
  private long now;
  private @Nullable Region held;
  private final ProbationHotness probation =
      new ProbationHotness(
          new Memory(),
          ROUND,
          new ProbationHotness.Allowance() {
            @Override
            public long pages(ProbeReport report, long nanoTime) {
              assertEquals(now, nanoTime);
              heard = report;
              return allowed;
            }

            @Override
            public boolean covers(ProbedRegion region, long nanoTime) {
              return region != held;
            }
          },
          0);

  /** Does all that is to be done at this moment; returns the blocks probed. */
  private int round() {
    int pages = 0;
    for (long sent; (sent = probation.observe(now, (start, end, share) -> {})) > 0; ) {
      pages += (int) sent;
    }
    now += ROUND;
    return pages / 16;
  }

  @Test
  void oneRoundAnEpochOfAQuarterOfTheBlocksAtMost() {
    regions.add(new Region(1000, true));
    assertEquals(0, round(), "the first epoch is not over");
    assertEquals(250, round());
    assertEquals(0, probation.observe(now - 1, (start, end, share) -> {}));
    assertEquals(List.of(250, 250, 250), rounds(3));
    assertTrue(probation.idleNanos(now) <= ROUND);
  }

  @Test
  void noMoreThanIsAllowedOnceARound() {
    regions.add(new Region(1000, true));
    round();
    allowed = 5 * 16;
    assertEquals(List.of(5, 5), rounds(2));
    allowed = 1;
    assertEquals(1, round(), "whole clusters go");
    allowed = 0;
    assertEquals(List.of(0, 0), rounds(2));
  }

  @Test
  void whatBecameOfProbesIsToldForAllRegionsTogether() {
    Region first = new Region(100, true);
    Region second = new Region(50, false);
    regions.addAll(List.of(first, second));
    first.report = new ProbeReport(32, 16, 5);
    second.report = new ProbeReport(1, 2, 3);
    rounds(2);
    assertEquals(new ProbeReport(33, 18, 8), heard);
    assertEquals(18L, probation.counters().get("probation_pages_back"));
  }

  @Test
  void allBlocksTakeTurnsAndThoseWithoutAnythingToSendCostNoProbe() {
    Region first = new Region(100, true);
    Region second = new Region(50, true);
    Region nothing = new Region(300, false);
    regions.addAll(List.of(first, nothing, second));
    rounds(12);
    int least = first.probes[0];
    for (Region each : List.of(first, second)) {
      for (int probes : each.probes) {
        assertTrue(Math.abs(probes - least) <= 1, probes + " and " + least);
      }
    }
    assertEquals(probation.counters().get("probation_probes"), (long) first.sum() + second.sum());
  }

  @Test
  void aRegionThatIsHeldIsLeftOut() {
    Region first = new Region(8, true);
    Region second = new Region(8, true);
    regions.addAll(List.of(first, second));
    held = first;
    rounds(5);
    assertEquals(0, first.sum());
    assertTrue(second.sum() >= 8);
    held = null;
    rounds(5);
    assertTrue(first.sum() >= 8);
  }

  @Test
  void regionsThatAreGoneAreForgotten() {
    Region first = new Region(100, true);
    regions.add(first);
    rounds(4);
    int before = first.sum();
    regions.clear();
    assertEquals(List.of(0, 0), rounds(2));
    assertEquals(before, first.sum());
    regions.add(new Region(1, true));
    assertEquals(1, round());
  }

  private List<Integer> rounds(int count) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sizes.add(round());
    }
    return sizes;
  }

  private final class Memory implements AgedMemory {
    @Override
    public AgedRegion[] regions() {
      return regions.toArray(new AgedRegion[0]);
    }

    @Override
    public int drainNeeds(NeedLog.Reader reader, int most) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int waitingNeeds() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean needsCrowd() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long lostNeeds() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long demandRestores() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long prefetchesUsed() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long stalledNanos() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isStalled() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void tidy() {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Region implements ProbedRegion {
    private final int[] probes;
    private final boolean hasPages;
    private ProbeReport report = ProbeReport.NONE;

    Region(int blocks, boolean hasPages) {
      this.probes = new int[blocks];
      this.hasPages = hasPages;
    }

    @Override
    public FoundPages foundPages() {
      throw new UnsupportedOperationException();
    }

    int sum() {
      int sum = 0;
      for (int each : probes) {
        sum += each;
      }
      return sum;
    }

    @Override
    public long base() {
      return 0;
    }

    @Override
    public int observed(int page, int count, boolean used, int epochs) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int blockCount() {
      return probes.length;
    }

    @Override
    public int probe(int block) {
      probes[block] += hasPages ? 1 : 0;
      return hasPages ? 16 : 0;
    }

    @Override
    public ProbeReport reportProbes() {
      return report;
    }

    @Override
    public int pageCount() {
      return probes.length * 256;
    }

    @Override
    public int pageBytes() {
      return 4096;
    }

    @Override
    public long firstPage() {
      return 1;
    }

    @Override
    public boolean isAway(int page) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int age(int page) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void harvest(int page, int count, int epochs, AgeObserver observer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PrefetchOutcome prefetch(int page) {
      throw new UnsupportedOperationException();
    }
  }
}
