package io.predicomp.arena.transparent;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.ProbeReport;
import io.predicomp.os.fault.FaultEvidence;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How long each 64 KiB cluster of a region has not been used, as far as faults tell.
 *
 * <pre>
 *   block of 16 clusters   M M A M  M M M M  …     A  a quarter absent or more: a use is a fault,
 *   its ages               3 3 5 3  3 3 1 3  …        until then the cluster grows older
 *                                                  M  all in memory: nothing tells, so it grows
 *                                                     older with the youngest A of its block
 * </pre>
 *
 * A block without an absent page does not grow older at all: one of its clusters is sent away on
 * probation, in turn, and rests the longer the more of them came back. A cluster that came back
 * soon after it had left grows older more slowly the next time, so that what is hot in a cold block
 * is not sent away again and again.
 *
 * <p>Where something else tells of uses, as DAMON does, a cluster in memory goes by that.
 *
 * <p>Written under the demotion lock but for {@link #fetched}; what is read without it may be a
 * moment old.
 */
final class ClusterAges {
  /** Clusters that are judged by one another: as many pages of 4 KiB as a block of victims has. */
  static final int BLOCK = 16;

  /** Ages do not go beyond. */
  static final int OLDEST = 255;

  /** Epochs within which a cluster has come back soon, at least. */
  private static final int SOON = 8;

  /** A cluster grows older every 2⁶ rounds at the slowest. */
  private static final int MOST_STRIKES = 6;

  /** A block whose probes come back at once is probed every 2⁴ epochs at the rarest. */
  private static final int MOST_RESTS = 4;

  /** Restores that no fault announced are noticed within so many rounds. */
  private static final int LOOK_AGAIN = 16;

  // Flags.
  /** Has memory, or had. */
  private static final byte THERE = 1;

  /** Has been demoted as far as it goes, and was not used since. */
  private static final byte SETTLED = 2;

  /** What can be seen of a region's pages. */
  interface Look {
    /** The epoch in which a fault last told of its use. */
    int stamp(int cluster);

    /** Which of its pages are absent because they were demoted, a bit each. */
    int absent(int cluster);

    /** Whether it has memory; asked while faults do not tell of first touches. */
    boolean hasMemory(int cluster);
  }

  private final int pageCount;
  private final int clusterPages;
  private final int clusters;
  private final byte[] ages;
  private final byte[] flags;
  private final byte[] strikes;
  private final int[] stamps;
  private final int[] leftAt;

  /** Which pages are absent, by the last look. */
  private final char[] absent;

  /**
   * Which pages a prediction brought back since the cluster last left, and nobody asked for yet.
   */
  private final char[] fetched;

  /** Which of these were asked for since the last harvest. */
  private final char[] credited;

  /** By block: the cluster of the last probe, and the epoch of the next. */
  private final byte[] probed;

  private final int[] nextProbe;

  /** By block: how often pages of probes came back soon since one stayed away. */
  private final byte[] rests;

  /** By block: pages of the last probe that neither came back nor stayed away long enough yet. */
  private final byte[] waiting;

  /**
   * Until which epoch a cluster goes by what something else than faults told: positive if it is in
   * use, negative if it is not.
   */
  private final int[] told;

  private long pagesWaiting;
  private long pagesBack;
  private long pagesAway;
  private int round;
  private int epoch;

  /** The same, but two rounds at least: a return is found by the next one. */
  private int soon = SOON;

  ClusterAges(int pageCount, int pageBytes) {
    this.pageCount = pageCount;
    this.clusterPages = Math.max(1, FaultEvidence.CLUSTER_BYTES / pageBytes);
    this.clusters = Math.ceilDiv(pageCount, clusterPages);
    this.ages = new byte[clusters];
    this.flags = new byte[clusters];
    this.strikes = new byte[clusters];
    this.stamps = new int[clusters];
    this.leftAt = new int[clusters];
    this.absent = new char[clusters];
    this.fetched = new char[clusters];
    this.credited = new char[clusters];
    this.probed = new byte[blockCount()];
    Arrays.fill(probed, (byte) -1);
    this.nextProbe = new int[blockCount()];
    this.rests = new byte[blockCount()];
    this.waiting = new byte[blockCount()];
    this.told = new int[clusters];
  }

  int clusterPages() {
    return clusterPages;
  }

  int clusterOf(int page) {
    return page / clusterPages;
  }

  int firstPage(int cluster) {
    return cluster * clusterPages;
  }

  /** Pages of a cluster; the last one of a region may have fewer. */
  int pages(int cluster) {
    return Math.min(clusterPages, pageCount - firstPage(cluster));
  }

  int clusters() {
    return clusters;
  }

  int blockCount() {
    return Math.ceilDiv(clusters, BLOCK);
  }

  int age(int cluster) {
    return ages[cluster] & OLDEST;
  }

  /** Whether a page was absent at the last look, and no prediction has brought it back since. */
  boolean isAway(int page) {
    return (absent[page / clusterPages] >> page % clusterPages & 1) != 0;
  }

  /** Heap bytes. */
  long metadataBytes() {
    return 21L * clusters + 7L * blockCount();
  }

  // --- what faults tell -------------------------------------------------------------------------

  /** Begins a round over all clusters, so many epochs after the last one. */
  void beginRound(int epochs) {
    round++;
    epoch += epochs;
    soon = Math.max(SOON, 2 * epochs);
  }

  /**
   * Lets clusters grow older, or young again.
   *
   * @param from first cluster of a block
   * @param end behind the last cluster
   * @param asksMemory whether first touches go unnoticed
   */
  void harvest(
      int from,
      int end,
      int epochs,
      boolean asksMemory,
      Look look,
      AgedRegion region,
      AgeObserver observer) {
    for (int first = from; first < end; first += BLOCK) {
      int last = Math.min(end, first + BLOCK);
      int youngest = Integer.MAX_VALUE;
      boolean cameBack = false;
      for (int c = first; c < last; c++) {
        int stamp = look.stamp(c);
        if (stamp != stamps[c] || credited[c] != 0) {
          stamps[c] = stamp;
          used(c, look.absent(c), region, observer);
          cameBack = true;
        } else {
          if ((c + round) % LOOK_AGAIN == 0) {
            lookAgain(c, look.absent(c));
          }
          if (tells(c)) {
            ages[c] = older(c, epochs);
          } else if (asksMemory && (flags[c] & THERE) == 0 && look.hasMemory(c)) {
            flags[c] |= THERE;
          }
        }
        if (tells(c)) {
          youngest = Math.min(youngest, age(c));
        }
      }
      boolean grow = youngest <= OLDEST;
      for (int c = first; c < last; c++) {
        if (isTold(c, false) && !tells(c)) {
          ages[c] = round % (1 << strikes[c]) == 0 ? older(c, epochs) : ages[c];
        } else if (isTold(c, true) && !tells(c)) {
          ages[c] = 0;
        } else if (!grow && cameBack) {
          ages[c] = 0; // with the probe, all it spoke for
        } else if (grow && !tells(c) && (flags[c] & THERE) != 0 && round % (1 << strikes[c]) == 0) {
          ages[c] = (byte) Math.min(older(c, epochs) & OLDEST, youngest);
        }
        tell(c, observer);
      }
      judgeProbe(first / BLOCK);
    }
  }

  /** Whether a use would most likely be a fault: a page or two that nobody wants say nothing. */
  private boolean tells(int cluster) {
    return 4 * Integer.bitCount(absent[cluster]) >= pages(cluster);
  }

  private byte older(int cluster, int epochs) {
    return (byte) Math.min(age(cluster) + epochs, OLDEST);
  }

  private void used(int cluster, int absentNow, AgedRegion region, AgeObserver observer) {
    int age = age(cluster);
    int back = absent[cluster] & ~absentNow;
    int seen = back | credited[cluster];
    credited[cluster] = 0;
    for (int bits = seen; bits != 0; bits &= bits - 1) {
      int page = firstPage(cluster) + Integer.numberOfTrailingZeros(bits);
      observer.touched(region, page, age, age);
    }
    if (back != 0) {
      int strike = strikes[cluster];
      boolean isSoon = epoch - leftAt[cluster] <= soon;
      strikes[cluster] = (byte) (isSoon ? Math.min(strike + 1, MOST_STRIKES) : 0);
      int block = cluster / BLOCK;
      if (cluster % BLOCK == probed[block] && isSoon) {
        rests[block] = (byte) Math.min(rests[block] + 1, MOST_RESTS);
        nextProbe[block] = epoch + (1 << rests[block]);
        int pages = Math.min(waiting[block], Integer.bitCount(back));
        waiting[block] -= (byte) pages;
        pagesWaiting -= pages;
        pagesBack += pages;
      }
    }
    absent[cluster] = (char) absentNow;
    ages[cluster] = 0;
    flags[cluster] = THERE;
    told[cluster] = Math.max(0, told[cluster]); // a fault knows better
  }

  /** Pages may have been restored by a call. */
  private void lookAgain(int cluster, int absentNow) {
    if ((absent[cluster] & ~absentNow) != 0) {
      flags[cluster] &= ~SETTLED;
    }
    absent[cluster] = (char) absentNow;
  }

  private void tell(int cluster, AgeObserver observer) {
    int away = Integer.bitCount(absent[cluster]);
    if (away > 0) {
      observer.untouched(age(cluster), age(cluster), away, false);
    }
    if ((flags[cluster] & THERE) != 0 && away < pages(cluster)) {
      observer.untouched(age(cluster), age(cluster), pages(cluster) - away, true);
    }
  }

  // --- what something else tells ----------------------------------------------------------------

  /**
   * Pages were seen in use, or not, which is believed for so many epochs.
   *
   * @return pages of clusters that were older and are young now
   */
  int observed(int page, int count, boolean used, int epochs) {
    int made = 0;
    // Of a cluster that is seen in part, the rest may be in use.
    int first = used ? clusterOf(page) : Math.ceilDiv(page, clusterPages);
    int end =
        page + count == pageCount || used
            ? clusterOf(page + count - 1) + 1
            : clusterOf(page + count);
    for (int c = first; c < end; c++) {
      told[c] = used ? epoch + epochs : -(epoch + epochs);
      if (used && !tells(c)) {
        made += age(c) > 0 ? pages(c) : 0;
        ages[c] = 0;
      }
    }
    return made;
  }

  private boolean isTold(int cluster, boolean used) {
    return (used ? told[cluster] : -told[cluster]) >= epoch;
  }

  // --- what is demoted and restored -------------------------------------------------------------

  /** Whether a fault told of a use since the last harvest. */
  boolean isUsedSince(int cluster, int stamp) {
    return stamp != stamps[cluster];
  }

  /** Whether it has memory, or had, as far as is known. */
  boolean isThere(int cluster) {
    return (flags[cluster] & THERE) != 0;
  }

  /** Whether there may be something to demote. */
  boolean isCandidate(int cluster) {
    return (flags[cluster] & (THERE | SETTLED)) == THERE;
  }

  /**
   * A cluster was demoted as far as it went.
   *
   * @return pages that had been prefetched and not been used
   */
  int left(int cluster, int absentNow, boolean onProbation) {
    int wasted = Integer.bitCount(fetched[cluster]);
    fetched[cluster] = 0;
    absent[cluster] = (char) absentNow;
    flags[cluster] = (byte) (absentNow == 0 ? flags[cluster] | SETTLED : THERE | SETTLED);
    leftAt[cluster] = epoch;
    if (onProbation) {
      ages[cluster] = 0;
      probed(cluster, Integer.bitCount(absentNow));
    }
    return wasted;
  }

  /** A prediction brought a page back. */
  void fetched(int page) {
    int cluster = clusterOf(page);
    int bit = 1 << page % clusterPages;
    fetched[cluster] |= (char) bit;
    absent[cluster] &= (char) ~bit;
    flags[cluster] &= ~SETTLED;
    ages[cluster] = 0;
  }

  /**
   * Whether a page stays away although a prediction would bring it back: the last one of its
   * cluster, when others of it came back, for its fault will tell that they were worth it. Of
   * clusters that come back one after another the last of a block is enough.
   */
  boolean isWitness(int page) {
    int cluster = clusterOf(page);
    return page % clusterPages == clusterPages - 1
        && fetched[cluster] != 0
        && (cluster % BLOCK == BLOCK - 1 || !followsWhole(cluster));
  }

  /** Whether a prediction brought the cluster before back, but for a witness, and nobody asked. */
  private boolean followsWhole(int cluster) {
    return cluster % BLOCK != 0
        && Integer.bitCount(fetched[cluster - 1]) >= Math.max(1, clusterPages - 1);
  }

  /**
   * Somebody uses a cluster: which pages a prediction brought back of it, and of those it is the
   * witness of; each is told once.
   */
  void credit(int cluster, IntConsumer page) {
    int first = cluster;
    while (followsWhole(first)) {
      first--;
    }
    for (int c = first; c <= cluster; c++) {
      int bits = fetched[c];
      fetched[c] = 0;
      credited[c] |= (char) bits;
      for (; bits != 0; bits &= bits - 1) {
        page.accept(firstPage(c) + Integer.numberOfTrailingZeros(bits));
      }
    }
  }

  // --- probation --------------------------------------------------------------------------------

  /**
   * The cluster of a block to demote on probation: the next one in turn that has something to
   * demote and of which nothing else tells; -1 if pages of the block are absent and tell, if there
   * is nothing, or if the last probe came back too short a time ago.
   */
  int nextProbe(int block) {
    if (epoch < nextProbe[block]) {
      return -1;
    }
    int first = block * BLOCK;
    int end = Math.min(clusters, first + BLOCK);
    for (int c = first; c < end; c++) {
      if (tells(c)) {
        return -1;
      }
    }
    for (int i = 1; i <= BLOCK; i++) {
      int c = first + (probed[block] + i & BLOCK - 1);
      if (c < end && isCandidate(c) && Math.abs(told[c]) < epoch) {
        return c;
      }
    }
    return -1;
  }

  private void probed(int cluster, int pages) {
    int block = cluster / BLOCK;
    stayedAway(block);
    probed[block] = (byte) (cluster % BLOCK);
    nextProbe[block] = epoch + 1;
    waiting[block] = (byte) pages;
    pagesWaiting += pages;
  }

  /** A probe that is not back soon has told what it can; what of it is back has come back. */
  private void judgeProbe(int block) {
    if (waiting[block] > 0 && epoch - leftAt[block * BLOCK + probed[block]] > soon) {
      rests[block] = 0;
      stayedAway(block);
    }
  }

  private void stayedAway(int block) {
    pagesWaiting -= waiting[block];
    pagesAway += waiting[block];
    waiting[block] = 0;
  }

  /** What became of the probes; tells each page once. */
  ProbeReport reportProbes() {
    ProbeReport report = new ProbeReport(pagesWaiting, pagesBack, pagesAway);
    pagesBack = 0;
    pagesAway = 0;
    return report;
  }
}
