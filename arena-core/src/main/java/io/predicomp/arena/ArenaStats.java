package io.predicomp.arena;

import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.page.BudgetCounters;
import io.predicomp.arena.page.DemandStall;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.DenseTierCounters;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageCensus;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.policy.PredictorScore;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.transparent.TransparentStats;
import io.predicomp.os.fault.FaultCounter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What an arena held and had done at one moment. Immutable. Parts are read one after the other
 * while the arena works, so sums may be off by what happened in between.
 *
 * @param pageBytes bytes of one page
 * @param pages pages by where their content is
 * @param pool the compressed pool
 * @param budget what pages in memory and pool may take together
 * @param demotions ways out of memory, and reasons to stay, since the arena was opened
 * @param restores ways back, since the arena was opened
 * @param stall waiting for demand restores, since the arena was opened
 * @param tiers recompression of pages that stay compressed
 * @param loops what background loops do and why; {@link Loops#OFF} without them
 * @param pageTableBytes heap bytes of page tables, demotion order and what the loops remember of
 *     pages
 * @param barrier how threads are made to pass a barrier: {@code membarrier} or {@code handshake}
 * @param discarder how memory is given back: {@code process_madvise} or {@code madvise}
 */
public record ArenaStats(
    int pageBytes,
    Pages pages,
    Pool pool,
    Budget budget,
    Demotions demotions,
    Restores restores,
    Stall stall,
    Tiers tiers,
    Loops loops,
    long pageTableBytes,
    String barrier,
    String discarder) {

  /**
   * Pages by where their content is.
   *
   * @param total all pages of open regions
   * @param fresh never touched: no physical memory
   * @param resident in memory
   * @param compressed in the pool only
   * @param sameFilled every word equal: no memory and no pool bytes
   * @param cleanCopies resident ones whose compressed copy is kept in the pool
   * @param incompressible resident ones that did not compress since they were written
   */
  public record Pages(
      long total,
      long fresh,
      long resident,
      long compressed,
      long sameFilled,
      long cleanCopies,
      long incompressible) {}

  /**
   * The compressed pool, in bytes unless the name says otherwise.
   *
   * @param limit the hard cap
   * @param used held by the pool: payload, fragmentation and metadata
   * @param payload compressed bytes stored
   * @param metadata bookkeeping, part of {@code used}
   * @param free part of {@code used} that holds no payload
   * @param fragmented free bytes in slots and slab tails
   * @param largestFreeExtent longest contiguous free run
   * @param objects compressed pages stored, clean copies included
   * @param compactions compaction slices that moved something
   */
  public record Pool(
      long limit,
      long used,
      long payload,
      long metadata,
      long free,
      long fragmented,
      long largestFreeExtent,
      long objects,
      long compactions) {
    private Pool since(Pool before) {
      return new Pool(
          limit,
          used,
          payload,
          metadata,
          free,
          fragmented,
          largestFreeExtent,
          objects,
          compactions - before.compactions);
    }
  }

  /**
   * The resident budget, in bytes unless the name says otherwise; sums are since the arena was
   * opened.
   *
   * @param limit the budget; 0: there is none
   * @param held pages in memory and pool, its metadata included
   * @param highest the most that was held at any moment; 0 without a budget
   * @param waits accesses, requests and pins that had to demote, or to wait for who did
   * @param demotedWaiting pages demoted by them
   * @param demotedAhead pages demoted for the budget before anyone had to wait
   * @param overshoots pages that came to memory beyond the budget, because no other page could be
   *     demoted
   * @param highestOvershoot the most that was held beyond the budget
   * @param refused requests, prefetches, pins and allocations refused for want of room
   */
  public record Budget(
      long limit,
      long held,
      long highest,
      long waits,
      long demotedWaiting,
      long demotedAhead,
      long overshoots,
      long highestOvershoot,
      long refused) {
    private Budget since(Budget before) {
      return new Budget(
          limit,
          held,
          highest,
          waits - before.waits,
          demotedWaiting - before.demotedWaiting,
          demotedAhead - before.demotedAhead,
          overshoots - before.overshoots,
          highestOvershoot,
          refused - before.refused);
    }
  }

  /**
   * Pages out of memory, and reasons to stay.
   *
   * @param attempts candidates
   * @param compressAttempts candidates whose content had to be looked at
   * @param demoted left memory
   * @param compressed of these, by the codec
   * @param sameFilled of these, because every word was equal
   * @param clean of these, for nothing: the copy or fill word kept from before still held
   * @param pinned stayed: in use
   * @param rescued stayed: accessed while being compressed
   * @param smallGain stayed: saved less than {@code minSavingsPercent}
   * @param poolFull stayed: no room in the pool
   * @param discardFailed stayed: the kernel did not take the memory back
   */
  public record Demotions(
      long attempts,
      long compressAttempts,
      long demoted,
      long compressed,
      long sameFilled,
      long clean,
      long pinned,
      long rescued,
      long smallGain,
      long poolFull,
      long discardFailed) {
    private Demotions since(Demotions before) {
      return new Demotions(
          attempts - before.attempts,
          compressAttempts - before.compressAttempts,
          demoted - before.demoted,
          compressed - before.compressed,
          sameFilled - before.sameFilled,
          clean - before.clean,
          pinned - before.pinned,
          rescued - before.rescued,
          smallGain - before.smallGain,
          poolFull - before.poolFull,
          discardFailed - before.discardFailed);
    }
  }

  /**
   * Pages back to memory.
   *
   * @param demand because an access needed them
   * @param requested by {@link Region#restore}
   * @param prefetched because a prediction expected that they would be needed
   * @param prefetchedUsed of these, accessed before they were demoted again
   * @param prefetchedWasted of these, demoted without having been accessed
   * @param pressure because the pool was full ({@link WhenFull#RESTORE_LRU})
   * @param rescues pages taken back by an access before they had left
   * @param copiesKept restored pages that kept their compressed copy
   * @param copiesDropped copies dropped by a write, a close or pool pressure
   * @param corrupt restores that failed ({@link CorruptPageException})
   */
  public record Restores(
      long demand,
      long requested,
      long prefetched,
      long prefetchedUsed,
      long prefetchedWasted,
      long pressure,
      long rescues,
      long copiesKept,
      long copiesDropped,
      long corrupt) {
    private Restores since(Restores before) {
      return new Restores(
          demand - before.demand,
          requested - before.requested,
          prefetched - before.prefetched,
          prefetchedUsed - before.prefetchedUsed,
          prefetchedWasted - before.prefetchedWasted,
          pressure - before.pressure,
          rescues - before.rescues,
          copiesKept - before.copiesKept,
          copiesDropped - before.copiesDropped,
          corrupt - before.corrupt);
    }

    /** All causes. */
    public long total() {
      return demand + requested + prefetched + pressure;
    }

    /** Of the accesses that would have waited, the share that a prediction spared, 0 to 1. */
    public double prefetchCoverage() {
      return share(prefetchedUsed, demand);
    }

    /** Of the pages prefetched whose end is known, the share that was accessed, 0 to 1. */
    public double prefetchAccuracy() {
      return share(prefetchedUsed, prefetchedWasted);
    }

    private static double share(long part, long rest) {
      return part + rest == 0 ? 0 : (double) part / (part + rest);
    }
  }

  /**
   * Time that accesses waited for pages.
   *
   * @param events accesses that waited
   * @param totalNanos sum over threads
   * @param p50Nanos median wait
   * @param p90Nanos 90th percentile
   * @param p99Nanos 99th percentile
   * @param p999Nanos 99.9th percentile
   * @param maxNanos longest wait
   * @param someNanos time since opening in which at least one thread waited
   * @param somePercent arena pressure: share of that time, 0 to 100, in which at least one thread
   *     waited (as PSI {@code some})
   * @param fullNanos time since opening in which every thread that accesses regions and was not
   *     idle waited; faults of transparent memory are not in it
   * @param fullPercent share of that time, 0 to 100 (as PSI {@code full})
   * @param elapsedNanos time since opening
   * @param times of all waits
   */
  public record Stall(
      long events,
      long totalNanos,
      long p50Nanos,
      long p90Nanos,
      long p99Nanos,
      long p999Nanos,
      long maxNanos,
      long someNanos,
      double somePercent,
      long fullNanos,
      double fullPercent,
      long elapsedNanos,
      StallTimes times) {
    private static Stall of(StallTimes times, long total, long some, long full, long elapsed) {
      double onePercent = Math.max(1, elapsed) / 100.0;
      return new Stall(
          times.count(),
          total,
          times.percentileNanos(50),
          times.percentileNanos(90),
          times.percentileNanos(99),
          times.percentileNanos(99.9),
          times.maxNanos(),
          some,
          some / onePercent,
          full,
          full / onePercent,
          elapsed,
          times);
    }

    private Stall since(Stall before) {
      return of(
          times.since(before.times),
          totalNanos - before.totalNanos,
          someNanos - before.someNanos,
          fullNanos - before.fullNanos,
          elapsedNanos - before.elapsedNanos);
    }
  }

  /**
   * Pages compressed again, denser. Clean copies count as pages; sums are since the arena was
   * opened.
   *
   * @param densePages pages in the dense tier now
   * @param denseBytes their payload
   * @param coldestPages pages in the coldest tier now
   * @param coldestBytes their payload
   * @param dictionaries dictionaries now, superseded ones that pages still need included
   * @param dictionaryBytes what they take, part of the pool's {@code used}
   * @param toDense pages recompressed into the dense tier
   * @param toColdest pages recompressed into the coldest tier
   * @param savedBytes payload bytes that this saved
   * @param smallGain pages that stayed: gained too little
   * @param restored pages that stayed: restored meanwhile
   * @param poolFull pages that stayed: no room for the new copy beside the old one
   * @param failed pages that stayed: a copy did not decode to what it should
   * @param plans samples taken to choose codecs for a region
   * @param planNanos time that took, training included
   * @param dictionariesTrained dictionaries trained
   * @param dictionariesKept of these, used, because their gain on pages not trained on pays for
   *     them
   * @param trainingFailures trainings that gave no dictionary
   */
  public record Tiers(
      long densePages,
      long denseBytes,
      long coldestPages,
      long coldestBytes,
      long dictionaries,
      long dictionaryBytes,
      long toDense,
      long toColdest,
      long savedBytes,
      long smallGain,
      long restored,
      long poolFull,
      long failed,
      long plans,
      long planNanos,
      long dictionariesTrained,
      long dictionariesKept,
      long trainingFailures) {
    private Tiers since(Tiers before) {
      return new Tiers(
          densePages,
          denseBytes,
          coldestPages,
          coldestBytes,
          dictionaries,
          dictionaryBytes,
          toDense - before.toDense,
          toColdest - before.toColdest,
          savedBytes - before.savedBytes,
          smallGain - before.smallGain,
          restored - before.restored,
          poolFull - before.poolFull,
          failed - before.failed,
          plans - before.plans,
          planNanos - before.planNanos,
          dictionariesTrained - before.dictionariesTrained,
          dictionariesKept - before.dictionariesKept,
          trainingFailures - before.trainingFailures);
    }
  }

  /**
   * The background loops.
   *
   * @param hotnessSource where evidence of use comes from: {@code touches}, {@code damon+touches};
   *     {@code none} without loops
   * @param hotnessNote why a source gives no evidence, in a sentence; empty if all do
   * @param verdict whether pages are demoted, and why or why not
   * @param predictor what prefetching goes by at the moment; {@code off} if nothing
   * @param predictions how good each predictor has been of late, by name, used or not
   * @param failure agents that stopped by themselves, and why; empty if all is well
   * @param cpuNanos CPU time of each agent by role
   * @param counters sums of theirs, by the names of {@link #counters()}
   * @param gauges figures of this moment, by the same names
   */
  public record Loops(
      String hotnessSource,
      String hotnessNote,
      String verdict,
      String predictor,
      Map<String, PredictorScore.Figures> predictions,
      String failure,
      Map<String, Long> cpuNanos,
      Map<String, Number> counters,
      Map<String, Number> gauges) {
    /** Counters of a source that are of its latest look. */
    private static final String LATEST = "damon_last_";

    /** There are none. */
    public static final Loops OFF =
        new Loops(
            "none",
            "",
            "background loops are off",
            "off",
            Map.of(),
            "",
            Map.of(),
            Map.of(),
            Map.of());

    /** CPU time of all agents together, in nanoseconds. */
    public long totalCpuNanos() {
      return cpuNanos.values().stream().mapToLong(Long::longValue).sum();
    }

    private Loops since(Loops before) {
      Map<String, Long> cpu = new LinkedHashMap<>(cpuNanos);
      cpu.replaceAll((role, nanos) -> nanos - before.cpuNanos.getOrDefault(role, 0L));
      Map<String, Number> sums = new LinkedHashMap<>(counters);
      sums.replaceAll(
          (name, sum) ->
              name.startsWith(LATEST)
                  ? sum
                  : sum.longValue() - before.counters.getOrDefault(name, 0).longValue());
      return new Loops(
          hotnessSource,
          hotnessNote,
          verdict,
          predictor,
          predictions,
          failure,
          Collections.unmodifiableMap(cpu),
          Collections.unmodifiableMap(sums),
          gauges);
    }
  }

  static ArenaStats of(
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
            pool.compactions()),
        budget(config, mover, pool),
        demotions(mover.counters(), transparent),
        restores(mover.counters(), transparent),
        stall(mover.stall(), transparent),
        tiers(mover.denseTier()),
        background == null ? Loops.OFF : loops(background),
        metadata,
        barrier,
        discarder);
  }

  private static Budget budget(ArenaConfig config, PageMover mover, CompressedPool pool) {
    BudgetCounters c = mover.budgetCounters();
    long limit = mover.budget().isLimited() ? mover.budget().limitBytes() : 0;
    return new Budget(
        limit,
        mover.residentPages() * config.pageBytes() + pool.poolBytes(),
        mover.highestHeldBytes(),
        c.waits.sum(),
        c.demotedWaiting.sum(),
        c.demotedAhead.sum(),
        c.overshoots.sum(),
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
        c.keptDiscardFailed.sum());
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
        stall.totalNanos() + count(transparent, FaultCounter.STALL_NANOS),
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
        c.plans.sum(),
        c.planNanos.sum(),
        c.dictionariesTrained.sum(),
        c.dictionariesKept.sum(),
        c.trainingFailures.sum());
  }

  /**
   * What happened between an earlier snapshot of the same arena and this one: sums are differences,
   * percentiles and shares are of that time alone, and everything that is a state is that of this
   * snapshot. So the time in which the loops learn can be told from the time after it.
   */
  public ArenaStats since(ArenaStats before) {
    return new ArenaStats(
        pageBytes,
        pages,
        pool.since(before.pool),
        budget.since(before.budget),
        demotions.since(before.demotions),
        restores.since(before.restores),
        stall.since(before.stall),
        tiers.since(before.tiers),
        loops.since(before.loops),
        pageTableBytes,
        barrier,
        discarder);
  }

  /** Bytes of pages in memory. */
  public long residentBytes() {
    return pages.resident() * pageBytes;
  }

  /** Bytes held by the pool, its metadata included. */
  public long poolBytes() {
    return pool.used();
  }

  /** Pages restored because an access needed them. */
  public long demandRestores() {
    return restores.demand();
  }

  /** Original bytes ÷ payload bytes of what the pool stores; 1 when it stores nothing. */
  public double codecRatio() {
    return pool.payload() == 0 ? 1 : (double) pool.objects() * pageBytes / pool.payload();
  }

  /**
   * Bytes that would be resident without the arena ÷ bytes held with it: resident pages, pool and
   * page tables; 1 when there is nothing.
   */
  public double endToEndRatio() {
    long touched = (pages.total() - pages.fresh()) * pageBytes;
    return touched == 0 ? 1 : (double) touched / (residentBytes() + pool.used() + pageTableBytes);
  }

  /**
   * Every counter under one flat name, in a fixed order. The first ones bear the names that the
   * predecessor exported (its chunk is our page); arena-core/README.md defines each.
   */
  public Map<String, Number> counters() {
    Map<String, Number> map = new LinkedHashMap<>();
    long evicted = pages.compressed() + pages.sameFilled();
    map.put("logical_input_bytes", evicted * pageBytes);
    map.put("total_input_bytes_attempted", demotions.compressAttempts() * pageBytes);
    map.put("total_chunks_attempted", demotions.compressAttempts());
    map.put("chunks_admitted", demotions.compressed() + demotions.sameFilled());
    map.put("compressed_bytes_live", pool.payload());
    map.put("pool_bytes_live", pool.used());
    map.put("pool_bytes_free", pool.free());
    map.put("pool_bytes_fragmented", pool.fragmented());
    map.put("pool_largest_free_extent", pool.largestFreeExtent());
    map.put("pool_compactions", pool.compactions());
    map.put(
        "slot_bytes_live", pool.used() - pool.metadata() - pool.free() - tiers.dictionaryBytes());
    map.put("compress_ops", demotions.compressed() + demotions.sameFilled());
    map.put("decompress_ops", restores.total());
    map.put("evictions_lru", restores.pressure());
    map.put("incompressible_chunks", pages.incompressible());
    map.put("access_hits_decompressed", restores.demand());
    map.put("compression_reject_small_gain", demotions.smallGain());
    map.put("demand_decompress_stall_events", stall.events());
    map.put("demand_decompress_stall_ns_total", stall.totalNanos());
    map.put("page_bytes", pageBytes);
    map.put("pages_total", pages.total());
    map.put("pages_fresh", pages.fresh());
    map.put("pages_resident", pages.resident());
    map.put("pages_compressed", pages.compressed());
    map.put("pages_same_filled", pages.sameFilled());
    map.put("pages_clean_copies", pages.cleanCopies());
    map.put("pool_limit_bytes", pool.limit());
    map.put("pool_metadata_bytes", pool.metadata());
    map.put("pool_objects", pool.objects());
    map.put("page_table_bytes", pageTableBytes);
    map.put("resident_budget_bytes", budget.limit());
    map.put("held_bytes", budget.held());
    map.put("held_bytes_highest", budget.highest());
    map.put("budget_waits", budget.waits());
    map.put("budget_demoted_waiting", budget.demotedWaiting());
    map.put("budget_demoted_ahead", budget.demotedAhead());
    map.put("budget_overshoots", budget.overshoots());
    map.put("budget_overshoot_bytes_highest", budget.highestOvershoot());
    map.put("budget_refused", budget.refused());
    map.put("demote_attempts", demotions.attempts());
    map.put("demoted", demotions.demoted());
    map.put("demoted_compressed", demotions.compressed());
    map.put("demoted_same_filled", demotions.sameFilled());
    map.put("demoted_clean", demotions.clean());
    map.put("reject_pinned", demotions.pinned());
    map.put("reject_rescued", demotions.rescued());
    map.put("reject_pool_full", demotions.poolFull());
    map.put("reject_discard_failed", demotions.discardFailed());
    map.put("restores_demand", restores.demand());
    map.put("restores_requested", restores.requested());
    map.put("prefetch_decompress_ops", restores.prefetched());
    map.put("prefetch_used", restores.prefetchedUsed());
    map.put("prefetch_wasted", restores.prefetchedWasted());
    map.put("prefetch_coverage", restores.prefetchCoverage());
    map.put("prefetch_accuracy", restores.prefetchAccuracy());
    map.put("restores_pressure", restores.pressure());
    map.put("rescues", restores.rescues());
    map.put("clean_copies_kept", restores.copiesKept());
    map.put("clean_copies_dropped", restores.copiesDropped());
    map.put("corrupt_pages", restores.corrupt());
    map.put("stall_p50_ns", stall.p50Nanos());
    map.put("stall_p90_ns", stall.p90Nanos());
    map.put("stall_p99_ns", stall.p99Nanos());
    map.put("stall_p999_ns", stall.p999Nanos());
    map.put("stall_max_ns", stall.maxNanos());
    map.put("stalled_percent", stall.somePercent());
    map.put("stalled_full_percent", stall.fullPercent());
    map.put("pages_dense", tiers.densePages());
    map.put("pages_coldest", tiers.coldestPages());
    map.put("dense_payload_bytes", tiers.denseBytes());
    map.put("coldest_payload_bytes", tiers.coldestBytes());
    map.put("dictionaries", tiers.dictionaries());
    map.put("dictionary_bytes", tiers.dictionaryBytes());
    map.put("recompressed_dense", tiers.toDense());
    map.put("recompressed_coldest", tiers.toColdest());
    map.put("recompress_saved_bytes", tiers.savedBytes());
    map.put("recompress_reject_small_gain", tiers.smallGain());
    map.put("recompress_reject_restored", tiers.restored());
    map.put("recompress_reject_pool_full", tiers.poolFull());
    map.put("recompress_reject_failed", tiers.failed());
    map.put("dense_plans", tiers.plans());
    map.put("dense_plan_ns_total", tiers.planNanos());
    map.put("dictionaries_trained", tiers.dictionariesTrained());
    map.put("dictionaries_kept", tiers.dictionariesKept());
    map.put("dictionary_training_failures", tiers.trainingFailures());
    map.put("codec_ratio", codecRatio());
    map.put("end_to_end_ratio", endToEndRatio());
    map.putAll(loops.gauges());
    map.putAll(loops.counters());
    loops
        .predictions()
        .forEach(
            (name, figures) -> {
              map.put("predictor_" + name + "_accuracy", figures.accuracy());
              map.put("predictor_" + name + "_coverage", figures.coverage());
              map.put("predictor_" + name + "_timeliness", figures.timeliness());
            });
    loops.cpuNanos().forEach((role, nanos) -> map.put("agent_cpu_ns_" + role, nanos));
    return map;
  }
}
