package io.predicomp.arena.agent;

import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.policy.PageTier;
import java.util.concurrent.TimeUnit;

/**
 * Tells from a page's demotion stamp how long it has been evicted: remembers now and then which
 * stamp was the latest. A page demoted up to that stamp has been evicted at least since then.
 *
 * <p>Stamps count demotions modulo 2²⁴. A page is taken for a young one from 2²³ demotions after
 * its own on: it may then be recompressed late, never early. For one thread.
 */
final class StampClock {
  private static final int MOST_NOTES = 512;
  private static final int YOUNG = 1 << 23;

  private final long denseNanos;
  private final long coldestNanos;
  private final long stepNanos;
  private final long[] times;
  private final int[] stamps;
  private int notes;

  StampClock(long denseMillis, long coldestMillis) {
    denseNanos = TimeUnit.MILLISECONDS.toNanos(denseMillis);
    coldestNanos = TimeUnit.MILLISECONDS.toNanos(coldestMillis);
    stepNanos = Math.max(denseNanos / 8, coldestNanos / (MOST_NOTES / 2));
    int length = stepNanos == 0 ? 2 : (int) (coldestNanos / stepNanos) + 3;
    times = new long[length];
    stamps = new int[length];
  }

  /** Whether enough time has passed for another {@link #note}. */
  boolean isDue(long now) {
    return notes == 0 || now - times[index(notes - 1)] >= stepNanos;
  }

  /** Remembers the latest stamp. */
  void note(long now, int stamp) {
    times[index(notes)] = now;
    stamps[index(notes)] = stamp;
    notes++;
  }

  /** The tiers of pages at this moment, of which {@code stamp} is the latest stamp. */
  DenseTier.Ages agesAt(long now, int stamp) {
    int dense = distanceBefore(now - denseNanos, stamp);
    int coldest = distanceBefore(now - coldestNanos, stamp);
    return demotedAt -> {
      int distance = DenseTier.stampDistance(demotedAt, stamp);
      if (distance >= YOUNG) {
        return PageTier.BASE;
      }
      if (distance >= coldest) {
        return PageTier.COLDEST;
      }
      return distance >= dense ? PageTier.DENSE : PageTier.BASE;
    };
  }

  /** From how many demotions ago on a page was demoted before {@code time}. */
  private int distanceBefore(long time, int stamp) {
    for (int i = notes - 1; i >= Math.max(0, notes - times.length); i--) {
      if (times[index(i)] - time <= 0) {
        return DenseTier.stampDistance(stamps[index(i)], stamp);
      }
    }
    return YOUNG;
  }

  private int index(int note) {
    return note % times.length;
  }
}
