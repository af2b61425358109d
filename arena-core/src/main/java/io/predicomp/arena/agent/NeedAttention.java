package io.predicomp.arena.agent;

/**
 * When needs are read. Predictors that speak in the middle of a burst are worth listening to at
 * once. If they have said nothing after {@value #HEARD} needs, the rest of the burst is left until
 * it is over: who reads shares the processors with those that wait for pages, and what is learned
 * serves the next burst just as well. For one thread.
 */
final class NeedAttention {
  /** Enough for a stride or an order to be found and to be believed. */
  private static final int HEARD = 2_048;

  /** A burst is over when nothing was needed for so long. */
  private static final long QUIET_NANOS = 12_000_000;

  /** And what is needed all the time is no burst. */
  private static final long LONGEST_NANOS = 400_000_000;

  /** How long until the next look at a burst that is left. */
  static final long LOOK_NANOS = 12_000_000;

  private int heard;

  /** What the last look left. */
  private int waiting;

  private long grewAt;

  /** Since when something waits. */
  private long waitsSince;

  /**
   * How many of the needs in the log to read now, the earliest.
   *
   * @param nowWaiting how many there are
   * @param urgent whether somebody would answer a need at once, or the log is nearly full
   */
  int worthReading(int nowWaiting, boolean urgent, long nowNanos) {
    if (nowWaiting != waiting) {
      grewAt = nowNanos;
    }
    if (waiting == 0) {
      waitsSince = nowNanos;
    }
    boolean over = nowNanos - grewAt >= QUIET_NANOS;
    boolean all = urgent || over || nowNanos - waitsSince >= LONGEST_NANOS;
    int reads = all ? nowWaiting : Math.min(nowWaiting, HEARD - heard);
    heard = over ? 0 : Math.min(HEARD, heard + reads);
    waiting = nowWaiting - reads;
    return reads;
  }
}
