package io.predicomp.arena.policy;

/**
 * Remembers in which order clusters of {@value #CLUSTER_BYTES} bytes are needed, and predicts that
 * order when it comes again, however irregular it is: a list or a tree walked more than once.
 *
 * <pre>
 *   needs, by cluster     7 7 7 2 2 9 9 9 4 …  then again  7
 *   entered               7     2   9     4                7
 *   learned, once four    7 ► 2, 9, 4, …                   └► planned: what was needed of
 *   others came after it  2 ► 9, 4, …                         2, of 9, of 4, each by its time
 * </pre>
 *
 * A cluster is entered when it is needed and is not among the last {@value #AHEAD} entered, or when
 * one of its pages is needed anew. All {@value #AHEAD} that come after it are its followers, not
 * only the next: so two streams that run at once do not hide each other's order, and predictions
 * come early. What is planned are the pages that were needed when the follower was last entered.
 * {@link FollowerTable} says which followers are believed; random needs repeat no order and are met
 * with silence.
 *
 * <p>A pause, a second or more and {@value #PAUSE_GAPS} times the usual time between two entries,
 * ends the sequence: what comes after it does not follow what came before. The idea is the Markov
 * predictor of Joseph and Grunwald, "Prefetching using Markov Predictors", ISCA 1997, with the
 * window of Griffioen and Appleton, "Reducing File System Latency using a Predictive Approach",
 * USENIX Summer 1994.
 *
 * <p>A need costs a look at {@value #AHEAD} clusters, an entry also one at {@value #AHEAD} ×
 * {@value #AHEAD} followers. Takes {@value #CLUSTER_COST_BYTES} bytes for each cluster of the
 * region, for at most {@value #MOST_SLOTS} (1 GiB); clusters of a larger region share the slots.
 */
public final class SuccessorTable implements PrefetchPolicy {
  /** As much as the largest page: smaller steps would cost more to remember than they save. */
  static final int CLUSTER_BYTES = 65_536;

  static final int MOST_SLOTS = 1 << 14;
  static final int AHEAD = FollowerTable.WAYS;
  static final int CLUSTER_COST_BYTES = FollowerTable.SLOT_BYTES + Character.BYTES + Integer.BYTES;

  private static final int PAUSE_GAPS = 8;
  private static final long SHORTEST_PAUSE_NANOS = 1_000_000_000L;

  /** A follower planned and not needed is planned again only so many entries later. */
  private static final int PLANNED_ENTRIES = 64;

  private final int clusterPages;
  private final FollowerTable followers;

  /** By slot: the pages needed since the cluster was last entered, one bit each. */
  private final char[] needed;

  /** By slot: the number of the entry at which the cluster was planned; 0 if it is not. */
  private final int[] plannedAt;

  /** The last clusters entered, the newest last; one more while an entry is taken in. */
  private final int[] recent = new int[AHEAD + 1];

  private int recentCount;
  private int entries = PLANNED_ENTRIES;
  private long enteredAt;

  /** Nanoseconds between two entries, smoothed; 0 before there were two. */
  private long gap;

  private boolean changed;

  /**
   * @param pages of the region
   * @param pageBytes size of a page, a power of two from 4 KiB
   */
  public SuccessorTable(int pages, int pageBytes) {
    if (pageBytes < CLUSTER_BYTES / Character.SIZE) {
      throw new IllegalArgumentException(
          "pageBytes is " + pageBytes + ", must be at least " + CLUSTER_BYTES / Character.SIZE);
    }
    clusterPages = Math.max(1, CLUSTER_BYTES / pageBytes);
    int slots = Math.clamp(Math.ceilDiv(pages, clusterPages), 1, MOST_SLOTS);
    followers = new FollowerTable(slots);
    needed = new char[slots];
    plannedAt = new int[slots];
  }

  @Override
  public String name() {
    return "successor";
  }

  @Override
  public long metadataBytes() {
    return (long) CLUSTER_COST_BYTES * needed.length;
  }

  @Override
  public void needed(int page, long nowNanos) {
    int cluster = page / clusterPages;
    char bit = (char) (1 << page % clusterPages);
    int at = recentIndex(cluster);
    if (at >= 0) {
      int slot = followers.slotOf(cluster);
      boolean anew = slot >= 0 && (needed[slot] & bit) != 0 && at < recentCount - 1;
      if (!anew) {
        if (slot >= 0) {
          needed[slot] |= bit;
        }
        return;
      }
    }
    long elapsed = Math.max(0, nowNanos - enteredAt);
    if (recentCount > 0 && gap > 0 && elapsed > Math.max(SHORTEST_PAUSE_NANOS, PAUSE_GAPS * gap)) {
      endSequence();
      // So that what has become slower for good is not taken for pauses for ever.
      gap *= 2;
    } else {
      if (recentCount > 0) {
        gap = gap == 0 ? elapsed : (gap * 3 + elapsed) / 4;
      }
      if (at >= 0) {
        forget(at);
      }
    }
    enter(cluster, bit);
    enteredAt = nowNanos;
  }

  private int recentIndex(int cluster) {
    for (int i = 0; i < recentCount; i++) {
      if (recent[i] == cluster) {
        return i;
      }
    }
    return -1;
  }

  private void enter(int cluster, char bit) {
    recent[recentCount++] = cluster;
    if (recentCount > AHEAD) {
      forget(0);
    }
    int slot = followers.claim(cluster);
    if (slot >= 0) {
      needed[slot] = bit;
      plannedAt[slot] = 0;
    }
    entries++;
    changed = true;
  }

  /** Learns what followed one of the recent clusters, and takes it out of them. */
  private void forget(int at) {
    learn(at);
    recentCount--;
    System.arraycopy(recent, at + 1, recent, at, recentCount - at);
  }

  private void endSequence() {
    for (int at = 0; at < recentCount; at++) {
      learn(at);
    }
    recentCount = 0;
  }

  private void learn(int at) {
    int slot = followers.slotOf(recent[at]);
    if (slot >= 0) {
      followers.learn(slot, recent, at + 1, recentCount);
    }
  }

  @Override
  public void plan(PrefetchPlan plan, long nowNanos) {
    if (!changed) {
      return;
    }
    for (int at = recentCount - 1; at >= 0; at--) {
      int slot = followers.slotOf(recent[at]);
      int age = recentCount - 1 - at;
      for (int lag = age + 1; slot >= 0 && lag <= AHEAD; lag++) {
        for (int way = 0; way < FollowerTable.WAYS; way++) {
          if (followers.lag(slot, way) == lag
              && followers.believes(slot, way)
              && recentIndex(followers.follower(slot, way)) <= at
              && !add(plan, followers.follower(slot, way), enteredAt + (lag - age) * gap)) {
            return;
          }
        }
      }
    }
    changed = false;
  }

  /** Adds what was needed of the cluster when it was last entered; false if the plan is full. */
  private boolean add(PrefetchPlan plan, int cluster, long deadlineNanos) {
    int slot = followers.slotOf(cluster);
    if (slot < 0 || (plannedAt[slot] != 0 && entries - plannedAt[slot] < PLANNED_ENTRIES)) {
      return true;
    }
    int bits = needed[slot];
    int runs = Integer.bitCount(bits & ~(bits << 1));
    if (plan.size() > 0 && plan.room() < runs) {
      return false;
    }
    plannedAt[slot] = entries;
    while (bits != 0) {
      int from = Integer.numberOfTrailingZeros(bits);
      int end = from + Integer.numberOfTrailingZeros(~(bits >>> from));
      plan.add(cluster * clusterPages + from, cluster * clusterPages + end, deadlineNanos);
      bits &= -1 << end;
    }
    return true;
  }
}
