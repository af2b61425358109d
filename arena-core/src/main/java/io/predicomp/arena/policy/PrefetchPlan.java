package io.predicomp.arena.policy;

/**
 * Page ranges to restore, each by a deadline. Filled by a {@link PrefetchPolicy}, carried out by
 * others, and used again. Holds a fixed number of ranges; what does not fit is refused, and a range
 * that continues the last one with no earlier deadline lengthens it.
 *
 * <p>Not thread-safe.
 */
public final class PrefetchPlan {
  public static final int DEFAULT_CAPACITY = 64;

  private final int[] from;
  private final int[] end;
  private final long[] deadline;
  private int size;

  /** A plan for at most {@code capacity} ranges. */
  public PrefetchPlan(int capacity) {
    from = new int[capacity];
    end = new int[capacity];
    deadline = new long[capacity];
  }

  /**
   * Adds the pages {@code fromPage} to {@code endPage}, the end not included.
   *
   * @param deadlineNanos when they are expected to be touched
   * @return false if the plan is full; an empty range is taken and forgotten
   */
  public boolean add(int fromPage, int endPage, long deadlineNanos) {
    if (fromPage >= endPage) {
      return true;
    }
    if (size > 0 && end[size - 1] == fromPage && deadlineNanos - deadline[size - 1] >= 0) {
      end[size - 1] = endPage;
      return true;
    }
    if (size == from.length) {
      return false;
    }
    from[size] = fromPage;
    end[size] = endPage;
    deadline[size] = deadlineNanos;
    size++;
    return true;
  }

  /** Ranges in the plan. */
  public int size() {
    return size;
  }

  /** Ranges that still fit. */
  public int room() {
    return from.length - size;
  }

  public int from(int range) {
    return from[checked(range)];
  }

  /** The page after the last of the range. */
  public int end(int range) {
    return end[checked(range)];
  }

  /** When the range is expected to be touched, in nanoseconds of the clock the policy was given. */
  public long deadlineNanos(int range) {
    return deadline[checked(range)];
  }

  /** All pages of the plan; a page in two ranges counts twice. */
  public long pages() {
    long pages = 0;
    for (int i = 0; i < size; i++) {
      pages += end[i] - from[i];
    }
    return pages;
  }

  /** Empties the plan. */
  public void clear() {
    size = 0;
  }

  private int checked(int range) {
    if (range < 0 || range >= size) {
      throw new IndexOutOfBoundsException("range " + range + " of " + size);
    }
    return range;
  }
}
