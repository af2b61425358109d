package io.predicomp.arena.policy;

/**
 * The most that a value was within the last ten to twenty seconds. Of what happens now and then an
 * average says least just before it happens again. Not thread-safe.
 */
final class RecentMost {
  private static final long HALF_NANOS = 10_000_000_000L;

  private double most;
  private double mostBefore;
  private long since;

  /** Takes in the value at a time, and returns the most there was of late. */
  double add(double value, long nowNanos) {
    if (nowNanos - since >= HALF_NANOS) {
      mostBefore = most;
      most = value;
      since = nowNanos;
    }
    most = Math.max(most, value);
    return Math.max(most, mostBefore);
  }
}
