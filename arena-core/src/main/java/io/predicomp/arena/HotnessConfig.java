package io.predicomp.arena;

import io.predicomp.os.damon.MonitoringAttributes;
import java.time.Duration;

/**
 * Where background loops get evidence of use from, beside the touches that checked mode marks
 * exactly. Immutable.
 *
 * @param evidence which sources
 * @param sampling time between two looks of DAMON at a region's one sampled page; 100 µs to 10 s
 * @param aggregation time over which DAMON counts looks that found an access; {@code sampling} to
 *     10 s
 * @param update time between two looks of DAMON for changed mappings; {@code sampling} to 1 hour
 * @param minRegions regions that DAMON tells apart at least; from 3
 * @param maxRegions and at most, which bounds what it costs; {@code minRegions} to 100,000
 */
public record HotnessConfig(
    Evidence evidence,
    Duration sampling,
    Duration aggregation,
    Duration update,
    int minRegions,
    int maxRegions) {
  /** Sources of evidence. */
  public enum Evidence {
    /**
     * DAMON as well, if there is no kdamond at all and the environment variable {@value
     * HotnessConfig#PERMISSION} says {@value HotnessConfig#ALLOWED}; otherwise touches. A machine
     * has one DAMON, and whoever holds it keeps all others out.
     */
    AUTO,
    /** Touches alone. */
    TOUCHES,
    /** DAMON as well, if it is free or a killed program of this library has left it behind. */
    DAMON
  }

  // A snapshot waits for the end of an aggregation, and close for the snapshot.
  private static final Duration LONGEST_AGGREGATION = Duration.ofSeconds(10);

  /** The environment variable that lets {@link Evidence#AUTO} use DAMON. */
  public static final String PERMISSION = "PREDICOMP_DAMON";

  /** What it has to say. */
  public static final String ALLOWED = "allow";

  /** The kernel's intervals, but mappings looked for each second; 10 to 200 regions; AUTO. */
  public static final HotnessConfig DEFAULT =
      new HotnessConfig(
          Evidence.AUTO,
          Duration.ofMillis(5),
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          10,
          200);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range, naming it
   */
  public HotnessConfig {
    new MonitoringAttributes(sampling, aggregation, update, minRegions, maxRegions);
    if (aggregation.compareTo(LONGEST_AGGREGATION) > 0) {
      throw new IllegalArgumentException(
          "aggregation is at most " + LONGEST_AGGREGATION + ", not " + aggregation);
    }
  }

  /** The same with other sources. */
  public HotnessConfig with(Evidence sources) {
    return new HotnessConfig(sources, sampling, aggregation, update, minRegions, maxRegions);
  }

  MonitoringAttributes attributes() {
    return new MonitoringAttributes(sampling, aggregation, update, minRegions, maxRegions);
  }
}
