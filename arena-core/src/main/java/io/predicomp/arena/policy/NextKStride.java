package io.predicomp.arena.policy;

/**
 * Follows streams of pages that are needed in equal steps, several at once.
 *
 * <pre>
 *   needed     3  6  9         stride 3, seen twice: confident
 *   planned             15 18 21 24    distance 2, batch 4
 * </pre>
 *
 * Each need is given to the stream that expected it, else to the one nearest within {@value #REACH}
 * pages, which then learns the new stride, else it starts a stream in place of the one unused
 * longest. A stream that saw its stride twice in a row predicts {@code batch} steps starting {@code
 * distance} steps ahead, and predicts again when half of these were needed. Strides beyond ±{@value
 * #REACH} pages are not followed. Silent on random access: the chance that three random needs are
 * equally spaced within reach is small, and the score keeps out what is left.
 *
 * <p>A need costs a look at {@value #STREAMS} streams.
 */
public final class NextKStride implements PrefetchPolicy {
  public static final int DEFAULT_DISTANCE = 1;
  public static final int DEFAULT_BATCH = 4;

  static final int STREAMS = 16;
  static final int REACH = 64;

  private static final int CONFIDENT = 2;

  /** A stream that nothing fed for so long is forgotten. */
  private static final long STALE_NANOS = 10_000_000_000L;

  private final int pages;
  private final int distance;
  private final int batch;
  private final int[] last = new int[STREAMS];
  private final int[] stride = new int[STREAMS];
  private final int[] confidence = new int[STREAMS];

  /** Steps already predicted beyond {@link #last}. */
  private final int[] ahead = new int[STREAMS];

  private final long[] usedAt = new long[STREAMS];
  private final boolean[] inUse = new boolean[STREAMS];

  /** Time between two needs of the stream, smoothed: what deadlines are reckoned from. */
  private final long[] gap = new long[STREAMS];

  /**
   * @param pages of the region
   * @param distance steps between the page needed and the first one predicted, at least 1
   * @param batch steps predicted at a time, at least 1
   */
  public NextKStride(int pages, int distance, int batch) {
    if (distance < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "distance is " + distance + " and batch is " + batch + ", both must be at least 1");
    }
    this.pages = pages;
    this.distance = distance;
    this.batch = batch;
  }

  @Override
  public String name() {
    return "stride";
  }

  @Override
  public void needed(int page, long nowNanos) {
    int nearest = -1;
    int oldest = 0;
    for (int s = 0; s < STREAMS; s++) {
      if (inUse[s] && nowNanos - usedAt[s] > STALE_NANOS) {
        inUse[s] = false;
      }
      if (!inUse[s]) {
        oldest = s;
        continue;
      }
      if (page == last[s]) {
        return;
      }
      if (confidence[s] > 0 && follows(s, page, nowNanos)) {
        return;
      }
      if (Math.abs(page - last[s]) <= REACH
          && confidence[s] < CONFIDENT
          && (nearest < 0 || Math.abs(page - last[s]) < Math.abs(page - last[nearest]))) {
        nearest = s;
      }
      if (inUse[oldest] && usedAt[s] - usedAt[oldest] < 0) {
        oldest = s;
      }
    }
    if (nearest >= 0) {
      stride[nearest] = page - last[nearest];
      confidence[nearest] = 1;
      gap[nearest] = nowNanos - usedAt[nearest];
      last[nearest] = page;
      ahead[nearest] = 0;
      usedAt[nearest] = nowNanos;
    } else {
      inUse[oldest] = true;
      last[oldest] = page;
      stride[oldest] = 0;
      confidence[oldest] = 0;
      ahead[oldest] = 0;
      usedAt[oldest] = nowNanos;
    }
  }

  /**
   * Pages that were restored in time may not be heard of: up to what was predicted, skips count.
   */
  private boolean follows(int s, int page, long nowNanos) {
    int delta = page - last[s];
    if (delta % stride[s] != 0) {
      return false;
    }
    int steps = delta / stride[s];
    if (steps < 1 || steps > ahead[s] + 1) {
      return false;
    }
    confidence[s] = Math.min(CONFIDENT, confidence[s] + 1);
    gap[s] = (gap[s] * 3 + (nowNanos - usedAt[s]) / steps) / 4;
    ahead[s] = Math.max(0, ahead[s] - steps);
    last[s] = page;
    usedAt[s] = nowNanos;
    return true;
  }

  @Override
  public void plan(PrefetchPlan plan, long nowNanos) {
    for (int s = 0; s < STREAMS; s++) {
      if (!inUse[s] || confidence[s] < CONFIDENT || ahead[s] > (distance - 1 + batch) / 2) {
        continue;
      }
      int wanted = distance - 1 + batch;
      int step = Math.max(ahead[s] + 1, distance);
      for (; step <= wanted; step++) {
        long page = last[s] + (long) step * stride[s];
        if (page < 0 || page >= pages) {
          ahead[s] = Integer.MAX_VALUE / 2;
          break;
        }
        long deadline = usedAt[s] + step * gap[s];
        if (!plan.add((int) page, (int) page + 1, deadline)) {
          return;
        }
        ahead[s] = step;
      }
    }
  }
}
