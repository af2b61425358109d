package io.predicomp.arena.transparent;

import io.predicomp.arena.page.PageCensus;
import io.predicomp.os.fault.FaultCounter;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What transparent mode held and had done at one moment. Immutable by convention.
 *
 * @param census pages by where their content is
 * @param counters what the fault kernel counted since the arena was opened
 * @param stalls durations of faults, in nanoseconds, within 1 %
 * @param metadataBytes of the pages' tables
 */
public record TransparentStats(
    PageCensus census, Map<FaultCounter, Long> counters, Histogram stalls, long metadataBytes) {
  /** The value of a counter. */
  public long count(FaultCounter counter) {
    return counters.get(counter);
  }
}
