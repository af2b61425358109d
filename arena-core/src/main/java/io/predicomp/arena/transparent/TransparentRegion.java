package io.predicomp.arena.transparent;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.page.DensePages;
import io.predicomp.arena.page.FoundPages;
import io.predicomp.arena.page.PageChecksum;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.arena.page.ProbedRegion;
import io.predicomp.arena.policy.VictimPolicy;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.fault.FaultEvidence;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.Arena;

/** One mapping of transparent memory. Its tables may be read by the holder of the demotion lock. */
public final class TransparentRegion extends DensePages implements ProbedRegion, ClusterAges.Look {
  /** More epochs than there will be. */
  private static final int FOR_GOOD = Integer.MAX_VALUE / 2;

  final TransparentMover mover;
  final FaultKernel.RegionNumbers numbers;
  final long handle;
  final long base;
  final long table;
  final int pageBytes;
  final int pageCount;

  /** Arena-global number of page 0. */
  final long firstPage;

  /** Stamp of each page's latest demotion; 0: never demoted. Under the demotion lock. */
  final int[] demotedAt;

  final ClusterAges ages;

  private final FoundPages foundPages;

  /** Whether its memory was somebody else's before, and is not zero. */
  private final boolean recycled;

  private final long stamps;

  /** Address of the checksums, 0 without. */
  private final long sums;

  /** Whether faults tell of first touches, because the region is registered. */
  boolean registered;

  /** Whether memory touched before that was looked for a last time. */
  private boolean knowsMemory;

  /** What is touched between the look at it and registration, in one round, nobody notices. */
  private boolean registeredAtBegin;

  /**
   * @param recycled whether the memory was another region's, which is closed and never left memory
   */
  TransparentRegion(
      TransparentMover mover,
      FaultKernel.RegionNumbers numbers,
      int pageBytes,
      int pageCount,
      long first,
      boolean checksums,
      boolean recycled) {
    this.mover = mover;
    this.numbers = numbers;
    this.recycled = recycled;
    this.handle = numbers.handle();
    this.base = numbers.address();
    this.table = numbers.table();
    this.stamps = numbers.stamps();
    this.sums = checksums ? numbers.table() + (long) FaultPage.BYTES * pageCount : 0;
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
    this.firstPage = first;
    this.demotedAt = new int[pageCount];
    this.ages = new ClusterAges(pageCount, pageBytes);
    this.foundPages = new FoundPages(pageCount);
  }

  /** Makes sure that a part nobody has got yet is zero. */
  public void zero(long address, long bytes) {
    if (recycled) {
      AddressSpace.fill(address, bytes, (byte) 0);
    }
  }

  @Override
  public long base() {
    return base;
  }

  @Override
  public int pageBytes() {
    return pageBytes;
  }

  @Override
  public int pageCount() {
    return pageCount;
  }

  @Override
  public long firstPage() {
    return firstPage;
  }

  /** Bytes of all pages. */
  public long byteSize() {
    return (long) pageBytes * pageCount;
  }

  long address(long page) {
    return base + page * pageBytes;
  }

  long word(long page) {
    return FaultPage.word(table, page);
  }

  long entry(long page) {
    return FaultPage.entry(table, page);
  }

  /** Whether a page's content is in the pool only. */
  static boolean isCompressed(long word) {
    return FaultPage.state(word) == FaultPage.COMP && FaultPage.kind(word) == FaultPage.BLOCK;
  }

  /** Bytes of its tables, in native memory and on the heap. */
  long metadataBytes(boolean checksums) {
    return (long) pageCount * (FaultPage.BYTES + (checksums ? Integer.BYTES : 0) + Integer.BYTES)
        + (long) ages.clusters() * Integer.BYTES
        + ages.metadataBytes();
  }

  // --- what can be seen of its pages, under the demotion lock -----------------------------------

  @Override
  public int stamp(int cluster) {
    return FaultEvidence.stamp(stamps, cluster);
  }

  @Override
  public int absent(int cluster) {
    int bits = 0;
    int first = ages.firstPage(cluster);
    for (int i = ages.pages(cluster) - 1; i >= 0; i--) {
      bits = 2 * bits + (FaultPage.state(word(first + i)) == FaultPage.COMP ? 1 : 0);
    }
    return bits;
  }

  @Override
  public boolean hasMemory(int cluster) {
    try (Arena view = Arena.ofConfined()) {
      long bytes = (long) ages.pages(cluster) * pageBytes;
      return Residency.residentPages(
              AddressSpace.view(address(ages.firstPage(cluster)), bytes, view))
          > 0;
    }
  }

  // --- as the dense tier sees it ----------------------------------------------------------------

  /** The table goes with the region, so a look at it needs the lock. */
  @Override
  protected long evicted(int page) {
    return mover.ifOpen(
        this,
        () -> {
          long word = word(page);
          return isCompressed(word) ? word : 0;
        });
  }

  @Override
  protected long copyOf(int page) {
    return mover.ifOpen(this, () -> entry(page));
  }

  @Override
  protected int demotedAt(int page) {
    return demotedAt[page];
  }

  @Override
  protected boolean isIntact(int page, long address) {
    return sums == 0
        || PageChecksum.of(address, pageBytes)
            == AddressSpace.ALL.get(JAVA_INT, sums + (long) Integer.BYTES * page);
  }

  /** The word has a generation: an entry read before must be of this eviction, and no other. */
  @Override
  protected boolean exchange(int page, long evicted, long entry) {
    return FaultKernel.swap(handle, page, evicted, entry);
  }

  // --- as the background loops see it -----------------------------------------------------------

  @Override
  public int age(int page) {
    return ages.age(ages.clusterOf(page));
  }

  @Override
  public boolean isAway(int page) {
    return ages.isAway(page);
  }

  @Override
  public void harvest(int page, int count, int epochs, AgeObserver observer) {
    mover.underLock(
        this,
        () -> {
          if (page == 0) {
            mover.nextEpoch();
            ages.beginRound(epochs);
            registeredAtBegin = registered;
          }
          int end = ages.clusterOf(page + count - 1) + 1;
          ages.harvest(ages.clusterOf(page), end, epochs, !knowsMemory, this, this, observer);
          if (page + count == pageCount) {
            knowsMemory = registeredAtBegin;
          }
        });
  }

  @Override
  public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
    tally.set(0, 0);
    int lastCluster = ages.clusterOf(end - 1);
    int most = TransparentMover.BATCH_PAGES / ages.clusterPages();
    for (int c = ages.clusterOf(page); c <= lastCluster; c++) {
      int run = 0;
      while (run < most
          && c + run <= lastCluster
          && ages.isCandidate(c + run)
          && victims.takes(ages.firstPage(c + run), ages.age(c + run))) {
        run++;
      }
      if (run > 0) {
        mover.demoteClusters(this, c, run, false, tally);
        return Math.min(pageCount, ages.firstPage(c + run));
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
    DemotionTally tally = new DemotionTally();
    mover.demoteClusters(this, cluster, 1, true, tally);
    return tally.demoted();
  }

  @Override
  public int observed(int page, int count, boolean used, int epochs) {
    return (int) mover.ifOpen(this, () -> ages.observed(page, count, used, epochs));
  }

  /** The application says whether it will leave the region alone, until it says otherwise. */
  public void announce(boolean idle) {
    observed(0, pageCount, !idle, idle ? FOR_GOOD : 0);
  }

  @Override
  public ProbeReport reportProbes() {
    ProbeReport[] report = {ProbeReport.NONE};
    mover.underLock(this, () -> report[0] = ages.reportProbes());
    return report[0];
  }

  @Override
  public PrefetchOutcome prefetch(int page) {
    if (ages.isWitness(page)) {
      return PrefetchOutcome.NOT_EVICTED;
    }
    return mover.restores().prefetch(this, page);
  }

  @Override
  public FoundPages foundPages() {
    return foundPages;
  }
}
