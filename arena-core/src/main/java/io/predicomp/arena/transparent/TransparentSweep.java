package io.predicomp.arena.transparent;

import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.policy.VictimAge;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whom of transparent memory to demote when the budget is full: a hand goes round all clusters,
 * passes those by that a fault told of lately, and of the others takes the oldest ({@link
 * ClusterAges}, {@link VictimAge}). What is in use and in memory tells nobody, so it goes, too,
 * when its turn comes; it comes back by a fault, and grows older the more slowly the sooner that
 * was.
 *
 * <p>Used by the holder of the demotion lock.
 */
final class TransparentSweep {
  /** The first lap spares what was used lately and what is young; the last spares nothing. */
  private static final int LAPS = 3;

  /** Clusters that came to nothing after which a search ends: some milliseconds of compressing. */
  private static final int MOST_TRIES = 64;

  private final TransparentMover mover;
  private final ConcurrentSkipListMap<Long, TransparentRegion> regions;
  private final VictimAge ages = new VictimAge();
  private final DemotionTally tally = new DemotionTally();

  /** Whether clusters grow older by the laps of this hand, because no scan makes them. */
  private final boolean harvests;

  /** The arena-global number of the next page to look at. */
  private long hand;

  TransparentSweep(
      TransparentMover mover,
      ConcurrentSkipListMap<Long, TransparentRegion> regions,
      boolean harvests) {
    this.mover = mover;
    this.regions = regions;
    this.harvests = harvests;
  }

  /** Demotes one batch; 0 if nothing can be demoted. */
  int demote() {
    long lap = 0;
    for (TransparentRegion region : regions.values()) {
      lap += region.ages.clusters();
    }
    int tried = 0;
    for (long looked = 0;
        looked < LAPS * lap && tried < MOST_TRIES && (tried == 0 || mover.poolAdmits()); ) {
      Map.Entry<Long, TransparentRegion> at = regions.floorEntry(hand);
      if (at == null || hand >= at.getKey() + at.getValue().pageCount) {
        at = regions.ceilingEntry(hand);
      }
      if (at == null) {
        beginLap();
        continue;
      }
      TransparentRegion region = at.getValue();
      int first = region.ages.clusterOf((int) (Math.max(hand, at.getKey()) - at.getKey()));
      int effort = (int) (looked / lap);
      int run = run(region, first, effort);
      int passed = Math.max(1, run);
      looked += passed;
      hand = at.getKey() + Math.min(region.pageCount, region.ages.firstPage(first + passed));
      if (run > 0) {
        tried += run;
        mover.demoteClusters(region, first, run, false, tally);
        if (tally.demoted() > 0) {
          return tally.demoted();
        }
      }
    }
    return 0;
  }

  private void beginLap() {
    hand = 0;
    ages.endLap();
    if (harvests) {
      for (TransparentRegion region : regions.values()) {
        region.harvest(0, region.pageCount, 1, AgeObserver.NONE);
      }
    }
  }

  /** Clusters from the first on that are to go, one batch at most. */
  private int run(TransparentRegion region, int first, int effort) {
    int most =
        Math.min(
            Math.max(1, TransparentMover.BATCH_PAGES / region.ages.clusterPages()),
            region.ages.clusters() - first);
    int run = 0;
    while (run < most && chooses(region, first + run, effort)) {
      run++;
    }
    return run;
  }

  private boolean chooses(TransparentRegion region, int cluster, int effort) {
    ClusterAges known = region.ages;
    boolean used = known.isUsedSince(cluster, region.stamp(cluster));
    if (effort > 0) {
      return used || (effort == 1 ? known.isCandidate(cluster) : known.isThere(cluster));
    }
    if (used || !known.isCandidate(cluster)) {
      return false;
    }
    int age = known.age(cluster);
    ages.saw(age);
    return ages.qualifies(age);
  }
}
