package io.predicomp.arena.transparent;

import io.predicomp.arena.agent.Agent;
import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
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
import java.util.BitSet;
import java.util.List;

/**
 * One region of transparent memory without memory, on a clock that the test moves: what is touched
 * while it is away costs the time that a fault takes, and what agents do costs CPU time. Everything
 * else is the real thing. For one thread.
 */
final class SimulatedMemory implements AgedMemory, AgentClock {
  static final long FAULT_NANOS = 4_000;
  private static final long DEMOTE_NANOS = 8_000;
  private static final long RESTORE_NANOS = 2_500;
  private static final long SLICE_NANOS = 5_000;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int CLUSTER = 16;

  /** Clusters demoted in one batch. */
  private static final int BATCH = 16;

  final Region region;
  private final BitSet away = new BitSet();
  private final int[] stamps;
  private final List<Long> needs = new ArrayList<>();
  private final long[] nextRun = new long[8];
  private final long[] cpu = new long[8];
  private int running;
  private long now;
  private long stalled;
  private long demandRestores;
  private long used;
  private int epoch = 1;

  SimulatedMemory(int mebibytes) {
    region = new Region(mebibytes * 256);
    stamps = new int[mebibytes * 16];
  }

  /** Lets time pass, and each agent do what its thread would do meanwhile. */
  void pass(long millis, BackgroundLoops loops) {
    List<Agent> agents = loops.agents();
    for (long end = now + millis * NANOS_PER_MILLI; now < end; now += NANOS_PER_MILLI) {
      for (int i = 0; i < agents.size(); i++) {
        running = i;
        while (nextRun[i] - now < NANOS_PER_MILLI) {
          long before = cpu[i];
          int work = agents.get(i).doWork();
          long spent = cpu[i] - before + SLICE_NANOS;
          nextRun[i] = Math.max(nextRun[i], now) + spent;
          nextRun[i] += work > 0 ? 0 : agents.get(i).idleNanos();
        }
      }
    }
  }

  /** Threads use pages. */
  void touch(int from, int end) {
    for (int page = away.nextSetBit(from); page >= 0 && page < end; page = away.nextSetBit(page)) {
      fault(page);
    }
  }

  /**
   * Threads use one page after another, round the region, until they have waited for so many.
   *
   * @return where they were cut off; {@code from} if they got round
   */
  int touchRound(int from, int mostFaults) {
    int faults = 0;
    for (int i = 0; i < region.pages; i++) {
      int page = (from + i) % region.pages;
      if (away.get(page)) {
        if (faults++ == mostFaults) {
          return page;
        }
        fault(page);
      }
    }
    return from;
  }

  private void fault(int page) {
    away.clear(page);
    stamps[page / CLUSTER] = epoch;
    needs.add((long) page);
    demandRestores++;
    stalled += FAULT_NANOS;
  }

  /** Pages that are not in memory. */
  int away() {
    return away.cardinality();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long ofSystem(long systemNanos) {
    return systemNanos;
  }

  @Override
  public long cpuNanos() {
    return cpu[running];
  }

  @Override
  public AgedRegion[] regions() {
    return new AgedRegion[] {region};
  }

  @Override
  public int drainNeeds(NeedLog.Reader reader, int most) {
    int count = Math.min(needs.size(), most);
    List<Long> shown = needs.subList(0, count);
    for (long page : shown) {
      region.ages.credit(
          (int) page / CLUSTER,
          fetched -> {
            used++;
            if (region.foundPages().tells(fetched)) {
              reader.needed(region, fetched, now, true);
            }
          });
      reader.needed(region, (int) page, now, false);
    }
    shown.clear();
    return count;
  }

  @Override
  public int waitingNeeds() {
    return needs.size();
  }

  @Override
  public boolean needsCrowd() {
    return needs.size() > 24_576;
  }

  @Override
  public long lostNeeds() {
    return 0;
  }

  @Override
  public long demandRestores() {
    return demandRestores;
  }

  @Override
  public long prefetchesUsed() {
    return used;
  }

  @Override
  public long stalledNanos() {
    return stalled;
  }

  @Override
  public boolean isStalled() {
    return false;
  }

  @Override
  public void tidy() {}

  /** Pages that leave and come back as in {@link TransparentRegion}. */
  final class Region implements ProbedRegion, ClusterAges.Look {
    private final int pages;
    final ClusterAges ages;
    private final FoundPages found;

    Region(int pages) {
      this.pages = pages;
      this.found = new FoundPages(pages);
      this.ages = new ClusterAges(pages, pageBytes());
    }

    @Override
    public FoundPages foundPages() {
      return found;
    }

    @Override
    public int stamp(int cluster) {
      return stamps[cluster];
    }

    @Override
    public int absent(int cluster) {
      int bits = 0;
      for (int i = 0; i < CLUSTER; i++) {
        bits |= away.get(cluster * CLUSTER + i) ? 1 << i : 0;
      }
      return bits;
    }

    @Override
    public boolean hasMemory(int cluster) {
      return true;
    }

    @Override
    public long base() {
      return 0;
    }

    @Override
    public int observed(int page, int count, boolean used, int epochs) {
      return ages.observed(page, count, used, epochs);
    }

    @Override
    public int pageCount() {
      return pages;
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
      return ages.isAway(page);
    }

    @Override
    public int age(int page) {
      return ages.age(page / CLUSTER);
    }

    @Override
    public void harvest(int page, int count, int epochs, AgeObserver observer) {
      if (page == 0) {
        epoch++;
        ages.beginRound(epochs);
      }
      ages.harvest(
          page / CLUSTER, (page + count) / CLUSTER, epochs, epoch == 2, this, this, observer);
      cpu[running] += count * 10L;
    }

    private int demote(int cluster, int count, boolean onProbation) {
      int before = away();
      away.set(cluster * CLUSTER, (cluster + count) * CLUSTER);
      for (int c = cluster; c < cluster + count; c++) {
        ages.left(c, absent(c), onProbation);
      }
      cpu[running] += (away() - before) * DEMOTE_NANOS;
      return away() - before;
    }

    @Override
    public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
      tally.set(0, 0);
      for (int c = page / CLUSTER; c < end / CLUSTER; c++) {
        int run = 0;
        while (run < BATCH
            && c + run < end / CLUSTER
            && ages.isCandidate(c + run)
            && victims.takes((c + run) * CLUSTER, ages.age(c + run))) {
          run++;
        }
        if (run > 0) {
          int demoted = demote(c, run, false);
          tally.set(demoted, demoted);
          return (c + run) * CLUSTER;
        }
      }
      return end;
    }

    @Override
    public int blockCount() {
      return ages.blockCount();
    }

    @Override
    public int probe(int block) {
      int cluster = ages.nextProbe(block);
      if (cluster < 0) {
        return 0;
      }
      return demote(cluster, 1, true);
    }

    @Override
    public ProbeReport reportProbes() {
      return ages.reportProbes();
    }

    @Override
    public PrefetchOutcome prefetch(int page) {
      if (!away.get(page) || ages.isWitness(page)) {
        return PrefetchOutcome.NOT_EVICTED;
      }
      away.clear(page);
      ages.fetched(page);
      cpu[running] += RESTORE_NANOS;
      return PrefetchOutcome.RESTORED;
    }
  }
}
