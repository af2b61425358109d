package io.predicomp.arena.transparent;

import io.predicomp.arena.page.PageCensus;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.fault.FaultCounter;
import io.predicomp.os.fault.FaultEvidence;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What transparent mode held and had done at one moment. Immutable by convention.
 *
 * @param census pages by where their content is
 * @param counters what the fault kernel counted since the arena was opened
 * @param stalls durations of faults, in nanoseconds, within 1 %
 * @param stallNanos their sum, as exactly
 * @param metadataBytes of the pages' tables and of the needs that faults left behind
 */
public record TransparentStats(
    PageCensus census,
    Map<FaultCounter, Long> counters,
    Histogram stalls,
    long stallNanos,
    long metadataBytes) {
  /** What the histogram of checked mode, to which this one is added, can hold. */
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /**
   * Reads counters and every page's word.
   *
   * @param nativeCounters of the pool
   * @param regions which must stay open meanwhile
   */
  static TransparentStats read(
      long nativeCounters, Iterable<TransparentRegion> regions, boolean checksums) {
    Map<FaultCounter, Long> counts = new EnumMap<>(FaultCounter.class);
    for (FaultCounter counter : FaultCounter.values()) {
      counts.put(counter, FaultKernel.counter(nativeCounters, counter));
    }
    Histogram stalls = new Histogram(2);
    long stallNanos = 0;
    for (int bucket = 0; bucket < FaultKernel.STALL_BUCKETS; bucket++) {
      long n = FaultKernel.stalls(nativeCounters, bucket);
      if (n > 0) {
        long nanos = FaultKernel.stallNanos(bucket);
        stalls.recordValueWithCount(Math.min(nanos, LONGEST_NANOS), n);
        stallNanos += nanos * n;
      }
    }
    PageCensus census = PageCensus.NONE;
    long metadata = FaultEvidence.needBytes(counts.get(FaultCounter.DEMAND_RESTORES));
    for (TransparentRegion region : regions) {
      census = census.plus(census(region));
      metadata += region.metadataBytes(checksums);
    }
    return new TransparentStats(census, counts, stalls, stallNanos, metadata);
  }

  private static PageCensus census(TransparentRegion region) {
    long compressed = 0;
    long sameFilled = 0;
    long copies = 0;
    long rejected = 0;
    for (int page = 0; page < region.pageCount; page++) {
      long word = region.word(page);
      int kind = FaultPage.kind(word);
      if (FaultPage.state(word) == FaultPage.COMP) {
        compressed += kind == FaultPage.BLOCK ? 1 : 0;
        sameFilled += kind == FaultPage.SAME ? 1 : 0;
      } else if (FaultPage.state(word) == FaultPage.RES_CLEAN) {
        copies += kind == FaultPage.BLOCK ? 1 : 0;
        rejected += kind == FaultPage.REJECTED ? 1 : 0;
      }
    }
    long outside = compressed + sameFilled;
    long resident =
        Math.min(
            region.pageCount - outside,
            Math.ceilDiv(residentBytes(region), (long) region.pageBytes));
    long fresh = region.pageCount - outside - resident;
    return new PageCensus(
        region.pageCount, fresh, resident, compressed, sameFilled, copies, rejected);
  }

  /** What of a page that was never touched is in memory, only the kernel knows. */
  private static long residentBytes(TransparentRegion region) {
    try (Arena view = Arena.ofConfined()) {
      return Residency.residentBytes(AddressSpace.view(region.base, region.byteSize(), view));
    }
  }

  /** The value of a counter. */
  public long count(FaultCounter counter) {
    return counters.get(counter);
  }
}
