package io.predicomp.arena;

import io.predicomp.arena.ArenaStats.Budget;
import io.predicomp.arena.ArenaStats.Demotions;
import io.predicomp.arena.ArenaStats.Loops;
import io.predicomp.arena.ArenaStats.Pages;
import io.predicomp.arena.ArenaStats.Pool;
import io.predicomp.arena.ArenaStats.Restores;
import io.predicomp.arena.ArenaStats.Stall;
import io.predicomp.arena.ArenaStats.Tiers;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.page.BudgetCounters;
import io.predicomp.arena.page.DemandStall;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.DenseTierCounters;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageCensus;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.transparent.TransparentStats;
import io.predicomp.os.fault.FaultCounter;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Reads {@link ArenaStats} off the parts of an arena, one after the other. */
final class StatsReader {
  private StatsReader() {}

  static ArenaStats read(
      ArenaConfig config,
      PageMover mover,
      CompressedPool pool,
      @Nullable BackgroundLoops background,
      List<PageTable> tables,
      @Nullable TransparentStats transparent,
      String barrier,
      String discarder) {
    PageCensus census = PageCensus.NONE;
    long metadata = mover.metadataBytes() + (background == null ? 0 : background.metadataBytes());
    for (PageTable table : tables) {
      census = census.plus(PageCensus.of(table));
      metadata += table.metadataBytes();
    }
    if (transparent != null) {
      census = census.plus(transparent.census());
      metadata += transparent.metadataBytes();
    }
    return new ArenaStats(
        config.pageBytes(),
        new Pages(
            census.total(),
            census.fresh(),
            census.resident(),
            census.compressed(),
            census.sameFilled(),
            census.cleanCopies(),
            census.rejected()),
        new Pool(
            pool.limitBytes(),
            pool.poolBytes(),
            pool.payloadBytes(),
            pool.metadataBytes(),
            pool.freeBytes(),
            pool.fragmentedBytes(),
            pool.largestFreeExtent(),
            pool.objects(),
            pool.compactions(),
            pool.discardsFailed()),
        budget(census, config, mover, pool, transparent),
        demotions(mover.counters(), transparent),
        restores(mover.counters(), transparent),
        stall(mover.stall(), transparent),
        tiers(mover.denseTier()),
        background == null ? Loops.OFF : loops(background),
        metadata,
        barrier,
        discarder);
  }

  private static Budget budget(
      PageCensus census,
      ArenaConfig config,
      PageMover mover,
      CompressedPool pool,
      @Nullable TransparentStats transparent) {
    BudgetCounters c = mover.budgetCounters();
    long limit = mover.budget().isLimited() ? mover.budget().limitBytes() : 0;
    return new Budget(
        limit,
        limit == 0 ? census.resident() * config.pageBytes() + pool.poolBytes() : mover.heldBytes(),
        mover.highestHeldBytes(),
        c.waits.sum() + count(transparent, FaultCounter.BUDGET_WAITS),
        c.demotedWaiting.sum(),
        c.demotedAhead.sum(),
        c.overshoots.sum() + count(transparent, FaultCounter.BUDGET_OVERSHOOTS),
        limit == 0 ? 0 : Math.max(0, mover.highestHeldBytes() - limit),
        c.refused.sum());
  }

  private static Loops loops(BackgroundLoops background) {
    return new Loops(
        background.hotnessSource(),
        background.hotnessNote(),
        background.verdict(),
        background.predictor(),
        Collections.unmodifiableMap(background.predictions()),
        background.failure(),
        Collections.unmodifiableMap(background.cpuNanos()),
        Collections.unmodifiableMap(background.counters()),
        Collections.unmodifiableMap(background.gauges()));
  }

  private static Demotions demotions(MoverCounters c, @Nullable TransparentStats t) {
    return new Demotions(
        c.demoteAttempts.sum(),
        c.compressAttempts.sum(),
        c.demoted.sum(),
        c.demotedCompressed.sum(),
        c.demotedSameFilled.sum(),
        c.demotedClean.sum(),
        c.keptPinned.sum() + count(t, FaultCounter.KEPT_PINNED),
        c.keptRescued.sum(),
        c.keptSmallGain.sum(),
        c.keptPoolFull.sum(),
        c.keptDiscardFailed.sum(),
        c.keptNoMemory.sum());
  }

  private static Restores restores(MoverCounters c, @Nullable TransparentStats t) {
    return new Restores(
        c.demandRestores.sum() + count(t, FaultCounter.DEMAND_RESTORES),
        c.requestedRestores.sum(),
        c.prefetches.sum(),
        c.prefetchesUsed.sum(),
        c.prefetchesWasted.sum(),
        c.pressureRestores.sum(),
        c.rescues.sum() + count(t, FaultCounter.RESCUES),
        c.copiesKept.sum() + count(t, FaultCounter.COPIES_KEPT),
        c.copiesDropped.sum() + count(t, FaultCounter.COPIES_DROPPED),
        c.corruptPages.sum() + count(t, FaultCounter.CORRUPT));
  }

  private static long count(@Nullable TransparentStats transparent, FaultCounter counter) {
    return transparent == null ? 0 : transparent.count(counter);
  }

  private static Stall stall(DemandStall stall, @Nullable TransparentStats transparent) {
    Histogram histogram = stall.histogram();
    if (transparent != null) {
      histogram.add(transparent.stalls());
    }
    return Stall.of(
        new StallTimes(histogram),
        stall.totalNanos() + (transparent == null ? 0 : transparent.stallNanos()),
        Math.max(stall.someNanos(), count(transparent, FaultCounter.SOME_NANOS)),
        stall.fullNanos(),
        stall.elapsedNanos());
  }

  private static Tiers tiers(DenseTier tier) {
    DenseTierCounters c = tier.counters();
    return new Tiers(
        tier.densePages(),
        tier.denseBytes(),
        tier.coldestPages(),
        tier.coldestBytes(),
        tier.dictionaries(),
        tier.dictionaryBytes(),
        c.toDense.sum(),
        c.toColdest.sum(),
        c.savedBytes.sum(),
        c.keptSmallGain.sum(),
        c.keptRestored.sum(),
        c.keptPoolFull.sum(),
        c.keptFailed.sum(),
        c.keptNoMemory.sum(),
        c.plans.sum(),
        c.planNanos.sum(),
        c.dictionariesTrained.sum(),
        c.dictionariesKept.sum(),
        c.trainingFailures.sum());
  }
}
