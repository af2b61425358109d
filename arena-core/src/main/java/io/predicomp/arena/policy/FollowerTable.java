package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * Which clusters came soon after which, and how far that may be believed. Belongs to {@link
 * SuccessorTable}.
 *
 * <pre>
 *   slot = cluster mod slots       way 0        way 1        way 2        way 3
 *   +---------+--------------+------------+------------+------------+------------+
 *   | cluster | whose it is  | follower   | follower   | follower   | follower   |
 *   |         |              | level, lag | level, lag | level, lag | level, lag |
 *   +---------+--------------+------------+------------+------------+------------+
 *
 *   level   0 empty ──seen──► 1 ──again──► 2 ──again──► 3      down by one for each miss;
 *   right       (share of each level that came true)           at 1 after a miss it may be replaced
 * </pre>
 *
 * A level says how often in a row a follower came; how much that is worth depends on the
 * application, so it is measured. For each level the share that came true is averaged over the last
 * {@value #WINDOW} or so, and a follower is believed while that share is {@value #LEAST_RIGHT} or
 * more. A fixed order is so believed once a few of its steps were seen a second time, an order
 * mixed with noise only where it held repeatedly, and randomness never.
 *
 * <p>A cluster that falls on a slot in use takes it if none of the followers there came twice, else
 * it lowers their levels: what works is kept from what merely passes. Takes {@value #SLOT_BYTES}
 * bytes a slot. Not thread-safe.
 */
final class FollowerTable {
  static final int WAYS = 4;
  static final int SLOT_BYTES = Integer.BYTES + WAYS * (Integer.BYTES + 2);
  static final double LEAST_RIGHT = 0.6;

  private static final int NONE = -1;
  private static final int HIGHEST = 3;
  private static final int WINDOW = 32;

  /** A level seen less often is taken to be worth what the one below is. */
  private static final int EVIDENCE = 16;

  private final int[] owner;
  private final int[] follower;
  private final byte[] level;

  /** After how many other clusters the follower came: 1 for the very next. */
  private final byte[] lag;

  private final double[] right = new double[HIGHEST + 1];
  private final int[] settled = new int[HIGHEST + 1];

  FollowerTable(int slots) {
    owner = new int[slots];
    Arrays.fill(owner, NONE);
    follower = new int[slots * WAYS];
    level = new byte[slots * WAYS];
    lag = new byte[slots * WAYS];
  }

  /** The slot of the cluster, -1 if it has none. */
  int slotOf(int cluster) {
    int slot = cluster % owner.length;
    return owner[slot] == cluster ? slot : NONE;
  }

  /** The slot of the cluster, after taking it from another one if need be; -1 if that is kept. */
  int claim(int cluster) {
    int slot = cluster % owner.length;
    if (owner[slot] == cluster) {
      return slot;
    }
    boolean kept = false;
    for (int way = slot * WAYS; way < (slot + 1) * WAYS; way++) {
      kept |= level[way] > 1;
      level[way] = (byte) Math.max(0, level[way] - 1);
    }
    if (kept) {
      return NONE;
    }
    owner[slot] = cluster;
    return slot;
  }

  /** Takes in that after the cluster of the slot came those in {@code [from, end)}, in order. */
  void learn(int slot, int[] clusters, int from, int end) {
    int held = 0;
    int open = 0;
    for (int w = 0; w < WAYS; w++) {
      int way = slot * WAYS + w;
      int at = from;
      while (at < end && clusters[at] != follower[way]) {
        at++;
      }
      if (level[way] == 0) {
        open |= 1 << w;
      } else if (at < end) {
        settle(level[way], 1);
        level[way] = (byte) Math.min(HIGHEST, level[way] + 1);
        lag[way] = (byte) (at - from + 1);
        held |= 1 << (at - from);
      } else if (lag[way] <= end - from) {
        settle(level[way], 0);
        level[way]--;
        open |= level[way] <= 1 ? 1 << w : 0;
      }
    }
    for (int at = from; at < end && open != 0; at++) {
      if ((held & (1 << (at - from))) == 0) {
        int w = lowest(slot, open);
        open &= ~(1 << w);
        follower[slot * WAYS + w] = clusters[at];
        level[slot * WAYS + w] = 1;
        lag[slot * WAYS + w] = (byte) (at - from + 1);
      }
    }
  }

  /** Which of the ways has the lowest level. */
  private int lowest(int slot, int ways) {
    int lowest = Integer.numberOfTrailingZeros(ways);
    for (int w = lowest + 1; w < WAYS; w++) {
      if ((ways & (1 << w)) != 0 && level[slot * WAYS + w] < level[slot * WAYS + lowest]) {
        lowest = w;
      }
    }
    return lowest;
  }

  private void settle(int ofLevel, int came) {
    settled[ofLevel] = Math.min(WINDOW, settled[ofLevel] + 1);
    right[ofLevel] += (came - right[ofLevel]) / settled[ofLevel];
  }

  /** Whether a follower in this way should be acted on. */
  boolean believes(int slot, int way) {
    int asLevel = level[slot * WAYS + way];
    while (asLevel > 1 && settled[asLevel] < EVIDENCE) {
      asLevel--;
    }
    return asLevel > 0 && settled[asLevel] >= EVIDENCE && right[asLevel] >= LEAST_RIGHT;
  }

  int follower(int slot, int way) {
    return follower[slot * WAYS + way];
  }

  int lag(int slot, int way) {
    return lag[slot * WAYS + way];
  }
}
