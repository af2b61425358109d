package io.predicomp.arena.policy;

import java.util.List;

/**
 * Memory that tells of a use only where a page was away or has been restored ahead, under the
 * predictor of periods; on a fake clock.
 */
final class RestoredAhead {
  private static final long RESTORE_NANOS = 2_500;

  private final PredictorChoice choice;
  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private final boolean[] away;
  private final boolean[] fetched;
  private int touchedInEpoch;
  private int range;
  private int page;

  /** Restored on demand, and found restored, since the last call of {@link #forget}. */
  int demands;

  int found;

  RestoredAhead(int pages) {
    away = new boolean[pages];
    fetched = new boolean[pages];
    PeriodDetector detector = new PeriodDetector(pages, p -> away[p]);
    choice = new PredictorChoice(PredictorChoice.AUTO, List.of(detector), pages);
  }

  void forget() {
    demands = 0;
    found = 0;
  }

  /** See {@link PredictorChoice#pace}. */
  void pace(double restoreNanos, double cpuShare) {
    choice.pace(restoreNanos, cpuShare);
  }

  /** A page is used; returns whether that had to wait for it. */
  boolean touch(int p, long now) {
    boolean waits = away[p];
    if (waits) {
      away[p] = false;
      demands++;
    } else if (fetched[p]) {
      fetched[p] = false;
      found++;
    } else {
      return false;
    }
    touchedInEpoch++;
    choice.needed(p, now, RESTORE_NANOS, !waits);
    return waits;
  }

  /** One page in so many leaves. */
  void demote(int oneIn) {
    for (int p = 0; p < away.length; p += oneIn) {
      away[p] = true;
      fetched[p] = false;
    }
  }

  void endEpoch(long now) {
    choice.epoch(touchedInEpoch, touchedInEpoch, now);
    touchedInEpoch = 0;
  }

  /** Carries out what is planned, so many pages at most. */
  void restore(int most, long now) {
    if (range == plan.size()) {
      plan.clear();
      range = 0;
      if (!choice.isDue(now)) {
        return;
      }
      choice.plan(plan, now, p -> away[p]);
      page = plan.size() == 0 ? 0 : plan.from(0);
    }
    for (int restored = 0; restored < most && range < plan.size(); ) {
      if (page >= plan.end(range)) {
        if (++range < plan.size()) {
          page = plan.from(range);
        }
        continue;
      }
      if (away[page]) {
        away[page] = false;
        fetched[page] = true;
        restored++;
        choice.fetched(page);
      }
      page++;
    }
  }
}
