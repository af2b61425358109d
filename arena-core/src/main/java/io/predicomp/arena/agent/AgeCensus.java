package io.predicomp.arena.agent;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.policy.AgeHistogram;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How old pages are, and how old they were when they were needed again. Filled by one scan of all
 * pages; returns may be added by any thread, everything else is for the scanning one.
 */
final class AgeCensus implements AgeObserver {
  private static final int AGES = PageTable.OLDEST + 1;

  final AgeHistogram history = new AgeHistogram();

  private final AtomicLongArray returns = new AtomicLongArray(AGES);
  private final long[] resident = new long[AGES];
  private long evicted;
  private long touched;
  private final RegionActivities activities;
  private @Nullable AgedRegion current;
  private @Nullable RegionActivity activity;

  AgeCensus(RegionActivities activities) {
    this.activities = activities;
  }

  void begin() {
    Arrays.fill(resident, 0);
    evicted = 0;
    touched = 0;
  }

  @Override
  public void untouched(int age, int pages, boolean inMemory) {
    history.add(age, pages);
    if (inMemory) {
      resident[age] += pages;
    } else {
      evicted += pages;
    }
  }

  @Override
  public void touched(AgedRegion region, int page, int age) {
    RegionActivity known = activity;
    if (known == null || !region.equals(current)) {
      known = activities.of(region);
      activity = known;
      current = region;
    }
    known.touch(page);
    history.add(age, 1);
    history.touchedAgain(age, 1);
    resident[0]++;
    touched++;
  }

  /** A page of an age was brought back because it will be needed, so that it will not be seen. */
  void prefetched(int age) {
    returns.getAndIncrement(age);
  }

  /** Ends a scan of all pages. */
  void end(long nanos) {
    for (int age = 0; age < AGES; age++) {
      long pages = returns.getAndSet(age, 0);
      if (pages > 0) {
        history.touchedAgain(age, pages);
      }
    }
    history.endEpoch(nanos);
    current = null; // keeps no closed region alive
    activity = null;
  }

  /** Pages touched between the last two scans. */
  long touched() {
    return touched;
  }

  /** Pages that are not in memory. */
  long evicted() {
    return evicted;
  }

  /** Pages in memory of an age or older. */
  long residentFrom(int age) {
    long sum = 0;
    for (int a = age; a < AGES; a++) {
      sum += resident[a];
    }
    return sum;
  }
}
