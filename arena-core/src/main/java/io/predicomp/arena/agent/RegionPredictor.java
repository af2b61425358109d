package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.Phase;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.policy.PredictorChoice;
import io.predicomp.arena.policy.PrefetchPlan;
import java.util.function.IntPredicate;

/**
 * The predictors of one region, and how far their plan is carried out: restores go through it range
 * by range, each in address order. For one thread.
 */
final class RegionPredictor {
  /** Restores one page. */
  interface Restorer {
    PrefetchOutcome restore(AgedRegion region, int page);
  }

  /** What was brought back stays so long at least when nobody comes. */
  private static final long LATE_NANOS = 150_000_000;

  /** Looked at for each page restored, where most are in memory already. */
  private static final int LOOKS_A_PAGE = 64;

  /** What is brought back for a wake is held until all but such a part of it was used. */
  private static final int UNUSED_PART = 16;

  final AgedRegion region;
  final RegionActivity activity;
  final PredictorChoice choice;
  private final PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private final long[] touched;
  private final IntPredicate isAway;

  /** How long what was just used is no candidate, whatever its age. */
  private final long usedNanos;

  private int range;
  private int page;
  private int needs;

  /** How many pages a prefetched one that was used stands for. */
  private int foundStandsFor = 1;

  private long lateTaken;

  /** Of what was brought back for a wake, what was not used yet. */
  private int awaited;

  private int broughtBack;

  /** Whether something was heard since the predictors were last asked. */
  private boolean heard;

  RegionPredictor(AgedRegion region, RegionActivity activity, LoopConfig config) {
    this.region = region;
    this.activity = activity;
    this.choice =
        PredictorChoice.ofAll(
            config.predictor().policyName(),
            region.pageCount(),
            region.pageBytes(),
            config.prefetchDistance(),
            config.prefetchBatch(),
            region::isAway);
    this.touched = new long[activity.words()];
    this.isAway = region::isAway;
    this.usedNanos = config.coldAfter().toNanos();
  }

  void needed(int neededPage, long nowNanos, long restoreNanos, boolean found) {
    choice.needed(neededPage, nowNanos, restoreNanos, found);
    int standsFor = found ? foundStandsFor : 1;
    needs += standsFor;
    awaited -= found ? standsFor : 0;
    heard = true;
  }

  void hint(Phase phase, long nowNanos) {
    activity.idle = phase == Phase.IDLE;
    choice.hint(phase, nowNanos);
    heard = true;
  }

  /** A scan of all pages has ended. */
  void epoch(long nowNanos) {
    int touchedPages = activity.takeTouched(touched);
    choice.epoch(touchedPages, Math.min(needs, region.pageCount()), nowNanos);
    choice.touched(touched);
    if (broughtBack > 0 && awaited <= broughtBack / UNUSED_PART) {
      // The wake that it was held for has come. It may go on, which transparent memory cannot tell.
      long goesOn = Math.max(usedNanos, choice.phaseNanos());
      activity.holdUntilNanos = Math.min(activity.holdUntilNanos, nowNanos + goesOn);
      broughtBack = 0;
    }
    needs = 0;
    heard = true;
  }

  /** Whether there is something to restore; asks the predictors if they may have changed. */
  boolean hasWork(long nowNanos) {
    if (range < plan.size()) {
      return true;
    }
    boolean wave = choice.isDue(nowNanos);
    if (!heard && !wave) {
      return false;
    }
    heard = false;
    plan.clear();
    range = 0;
    choice.plan(plan, nowNanos, isAway);
    if (plan.size() == 0) {
      return false;
    }
    page = plan.from(0);
    heard = true; // a plan that was full goes on after this one
    boolean ahead = choice.plansAhead();
    region.foundPages().tellAll(!ahead);
    foundStandsFor = ahead ? choice.score(0).stretch() : 1;
    if (wave) {
      holdFor(plan.deadlineNanos(0), nowNanos);
    }
    return true;
  }

  /** What is restored for a wake that is still to come looks as cold as the rest of the region. */
  private void holdFor(long deadlineNanos, long nowNanos) {
    // As long after the deadline as it began before it: predictions err to either side.
    long late = Math.max(LATE_NANOS, deadlineNanos - nowNanos);
    if (nowNanos >= activity.holdUntilNanos) {
      awaited = 0;
      broughtBack = 0;
    }
    activity.holdUntilNanos = Math.max(activity.holdUntilNanos, deadlineNanos + late);
  }

  /**
   * Restores the next pages of the plan, {@code most} at most.
   *
   * @return pages restored
   */
  int carryOut(int most, Restorer restorer) {
    int restored = 0;
    for (int looks = 0; restored < most && looks < most * LOOKS_A_PAGE; looks++) {
      if (page >= plan.end(range)) {
        if (++range >= plan.size()) {
          break;
        }
        page = plan.from(range);
      }
      switch (restorer.restore(region, page++)) {
        case RESTORED -> {
          restored++;
          awaited++;
          broughtBack++;
          choice.fetched(page - 1);
        }
        case NO_ROOM -> {
          giveUp();
          return restored;
        }
        case NOT_EVICTED, CORRUPT -> {}
      }
    }
    return restored;
  }

  /** Pages that were predicted and needed before they were restored, since the last call. */
  long takeLate() {
    long late = choice.late() - lateTaken;
    lateTaken += late;
    return late;
  }

  private void giveUp() {
    range = plan.size();
  }
}
