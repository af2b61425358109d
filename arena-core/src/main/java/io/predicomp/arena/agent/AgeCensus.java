package io.predicomp.arena.agent;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.policy.AgeHistogram;
import io.predicomp.arena.policy.ColdPolicy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How old pages are, and how old they were when they were needed again. Filled by one scan of all
 * pages; returns may be added by any thread, everything else is for the scanning one.
 */
final class AgeCensus implements AgeObserver {
  private static final int AGES = PageTable.OLDEST + 1;

  final AgeHistogram ages = new AgeHistogram();

  /** The same by how cold pages are for their age and how often they are used. */
  final AgeHistogram recurrences = new AgeHistogram();

  private final AtomicLongArray returns = new AtomicLongArray(AGES);
  private final AtomicLongArray coldReturns = new AtomicLongArray(AGES);
  private final long[] here = new long[AGES];
  private final long[] coldHere = new long[AGES];
  private final long[] out = new long[AGES];
  private final long[] coldOut = new long[AGES];
  private long evicted;
  private long touched;
  private final RegionActivities activities;
  private @Nullable AgedRegion current;
  private @Nullable RegionActivity activity;

  AgeCensus(RegionActivities activities) {
    this.activities = activities;
  }

  void begin() {
    Arrays.fill(here, 0);
    Arrays.fill(coldHere, 0);
    Arrays.fill(out, 0);
    Arrays.fill(coldOut, 0);
    evicted = 0;
    touched = 0;
  }

  @Override
  public void untouched(int age, int coldness, int pages, boolean inMemory) {
    ages.add(age, pages);
    recurrences.add(coldness, pages);
    if (inMemory) {
      here[age] += pages;
      coldHere[coldness] += pages;
    } else {
      out[age] += pages;
      coldOut[coldness] += pages;
      evicted += pages;
    }
  }

  @Override
  public void touched(AgedRegion region, int page, int age, int coldness) {
    RegionActivity known = activity;
    if (known == null || !region.equals(current)) {
      known = activities.of(region);
      activity = known;
      current = region;
    }
    known.touch(page);
    ages.add(age, 1);
    ages.touchedAgain(age, 1);
    recurrences.add(coldness, 1);
    recurrences.touchedAgain(coldness, 1);
    here[0]++;
    coldHere[0]++;
    touched++;
  }

  /** A page was brought back because it will be needed, so that its return will not be seen. */
  void prefetched(int age, int coldness) {
    returns.getAndIncrement(age);
    coldReturns.getAndIncrement(coldness);
  }

  /** Ends a scan of all pages. */
  void end(long nanos) {
    take(returns, ages);
    take(coldReturns, recurrences);
    ages.endEpoch(nanos);
    recurrences.endEpoch(nanos);
    current = null; // keeps no closed region alive
    activity = null;
  }

  private static void take(AtomicLongArray returns, AgeHistogram histogram) {
    for (int age = 0; age < AGES; age++) {
      long pages = returns.getAndSet(age, 0);
      if (pages > 0) {
        histogram.touchedAgain(age, pages);
      }
    }
  }

  /** Pages touched between the last two scans. */
  long touched() {
    return touched;
  }

  /** Pages that are not in memory. */
  long evicted() {
    return evicted;
  }

  /** Lets a policy decide what may leave, by what is in memory and what is not. */
  void fit(ColdPolicy policy) {
    if (policy.isByRecurrence()) {
      policy.fit(coldHere, coldOut);
    } else {
      policy.fit(here, out);
    }
  }

  /** Pages in memory of an age or older. */
  long residentFrom(int age) {
    return sumFrom(here, age);
  }

  /** Pages in memory that are cold by a policy. */
  long coldResident(ColdPolicy policy) {
    return sumFrom(policy.isByRecurrence() ? coldHere : here, policy.coldAge());
  }

  private static long sumFrom(long[] pages, int age) {
    long sum = 0;
    for (int a = age; a < AGES; a++) {
      sum += pages[a];
    }
    return sum;
  }
}
