package io.predicomp.arena.policy;

import java.util.Arrays;
import java.util.Random;

/**
 * Pages that workers touch at random by Zipf's law, each worker those of its own part, and what a
 * scan, demotion by policy and restores on demand make of it: a region under the background loops
 * on a fake clock.
 */
final class ZipfPages {
  static final long EPOCH = 400_000_000;
  private static final double QUOTA = 0.05;
  private static final double SLOWNESS_FOLLOWS = 0.2;

  final AgeHistogram ages = new AgeHistogram();
  final AgeHistogram recurrences = new AgeHistogram();
  final PageCosts costs = new PageCosts();
  final ColdPolicy policy;

  /** By rank: share of a worker's touches that go to it or a hotter page. */
  private final double[] upTo;

  private final int[][] pagesByRank;
  private final int[] age;
  private final byte[] recurrence;
  private final boolean[] away;
  private final boolean[] touched;
  private final double touchesPerSecond;
  private final double costNanos;
  private final double demotedPerEpoch;
  private final Random random = new Random(7);
  private final long[] here = new long[AgeHistogram.OLDEST + 1];
  private final long[] gone = new long[AgeHistogram.OLDEST + 1];
  private int out;
  private double slowness = 1;
  private boolean byAge;
  long demoted;

  /**
   * @param scale pages of the arena that each of these stands for
   */
  ZipfPages(int workers, int pagesEach, double exponent, double touchesPerSecond, double scale) {
    this(workers, pagesEach, exponent, touchesPerSecond, scale, false);
  }

  /** The same, by the conservative preset if asked for. */
  ZipfPages(
      int workers,
      int pagesEach,
      double exponent,
      double touchesPerSecond,
      double scale,
      boolean conservative) {
    policy = new ColdPolicy(2000, EPOCH, 1, conservative, ages, recurrences);
    this.touchesPerSecond = touchesPerSecond;
    costNanos = 3_500 * scale;
    demotedPerEpoch = QUOTA * EPOCH / (5_000 * scale);
    upTo = new double[pagesEach];
    double sum = 0;
    for (int rank = 0; rank < pagesEach; rank++) {
      sum += Math.pow(rank + 1, -exponent);
      upTo[rank] = sum;
    }
    for (int rank = 0; rank < pagesEach; rank++) {
      upTo[rank] /= sum;
    }
    pagesByRank = new int[workers][pagesEach];
    for (int worker = 0; worker < workers; worker++) {
      for (int i = 0; i < pagesEach; i++) {
        pagesByRank[worker][i] = worker * pagesEach + i;
      }
    }
    age = new int[workers * pagesEach];
    recurrence = new byte[age.length];
    away = new boolean[age.length];
    touched = new boolean[age.length];
    shuffle();
    costs.demoted(1 << 20, (long) (5_000 * scale) << 20);
    costs.restored(1 << 20, (long) (2_500 * scale) << 20);
  }

  /** Another phase: hot pages are elsewhere. */
  void shuffle() {
    for (int[] pages : pagesByRank) {
      for (int i = pages.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int page = pages[i];
        pages[i] = pages[j];
        pages[j] = page;
      }
    }
  }

  /**
   * Lets an epoch go by.
   *
   * @param otherStallNanos stalled for other reasons
   * @return share of the time stalled
   */
  double epoch(long otherStallNanos) {
    Arrays.fill(touched, false);
    long returns = 0;
    int touches = (int) (touchesPerSecond * EPOCH / 1e9);
    for (int i = 0; i < touches; i++) {
      int[] pages = pagesByRank[i % pagesByRank.length];
      int rank = Arrays.binarySearch(upTo, random.nextDouble());
      int page = pages[Math.min(rank < 0 ? -rank - 1 : rank, pages.length - 1)];
      touched[page] = true;
      if (away[page]) {
        away[page] = false;
        out--;
        returns++;
      }
    }
    // Others want the processor, too: a wait is not the same from one second to the next.
    slowness += SLOWNESS_FOLLOWS * (random.nextDouble() * 2 - slowness);
    long waited = (long) (returns * costNanos * slowness) + otherStallNanos;
    scan();
    if (policy.scanned(costs, waited, EPOCH, 0)) {
      policy.decide(costs, QUOTA, 0);
    }
    costs.stalled(returns, waited);
    fit();
    demote();
    return (double) waited / EPOCH;
  }

  private void scan() {
    for (int page = 0; page < age.length; page++) {
      int coldness = coldness(page);
      if (touched[page]) {
        ages.touchedAgain(age[page], 1);
        recurrences.touchedAgain(coldness, 1);
        recurrence[page] = Recurrence.touched(recurrence[page], age[page]);
        age[page] = 0;
      } else {
        age[page] = Math.min(age[page] + 1, AgeHistogram.OLDEST);
      }
      ages.add(age[page], 1);
      recurrences.add(coldness(page), 1);
    }
    ages.endEpoch(EPOCH);
    recurrences.endEpoch(EPOCH);
  }

  private void fit() {
    Arrays.fill(here, 0);
    Arrays.fill(gone, 0);
    for (int page = 0; page < age.length; page++) {
      int cold = policy.isByRecurrence() ? coldness(page) : age[page];
      (away[page] ? gone : here)[cold]++;
    }
    policy.fit(here, gone);
  }

  private void demote() {
    VictimPolicy victims = new VictimPolicy(policy.coldAge(), policy.share());
    int left = (int) Math.min((long) demotedPerEpoch, policy.mayLeave());
    for (int page = 0; page < age.length && left > 0; page++) {
      int cold = policy.isByRecurrence() ? coldness(page) : age[page];
      if (!away[page] && victims.takes(page, cold)) {
        away[page] = true;
        out++;
        demoted++;
        left--;
      }
    }
  }

  /** From now on pages have no past. */
  void goesByAgeAlone() {
    byAge = true;
  }

  private int coldness(int page) {
    return byAge ? age[page] : Recurrence.coldness(recurrence[page], age[page]);
  }

  /** Share of the pages that are out. */
  double out() {
    return (double) out / age.length;
  }
}
