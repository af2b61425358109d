package io.predicomp.arena;

import io.predicomp.arena.policy.PredictorScore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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
 * @param pageTableBytes bytes of page tables, demotion order and what the loops remember of pages
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
   * @param discardsFailed times that the kernel did not take empty memory back, which stayed in use
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
      long compactions,
      long discardsFailed) {
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
          compactions - before.compactions,
          discardsFailed - before.discardsFailed);
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
   * @param discardFailed stayed: the kernel did not take the memory back, or did not let it be
   *     managed
   * @param noMemory stayed: the codec had no memory to work in
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
      long discardFailed,
      long noMemory) {
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
          discardFailed - before.discardFailed,
          noMemory - before.noMemory);
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
    static Stall of(StallTimes times, long total, long some, long full, long elapsed) {
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
   * @param noMemory pages that stayed: the codec had no memory to work in
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
      long noMemory,
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
          noMemory - before.noMemory,
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
   * @param hotnessSource where evidence of use comes from: {@code touches} of regions, {@code
   *     probation} of transparent memory, {@code touches+probation} of both, {@code damon+} before
   *     any of them while DAMON is read; {@code none} without loops
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
    return StatsCounters.of(this);
  }
}
