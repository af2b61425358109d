package io.predicomp.os.damon;

import java.time.Duration;

/**
 * How closely DAMON looks.
 *
 * @param sampling time between two looks at a region's one sampled page; 100 µs to 10 s
 * @param aggregation time over which looks that found an access are counted, after which regions
 *     are merged and split; at least {@code sampling}, at most 100 s
 * @param update time between two looks for changed mappings; at least {@code sampling}, at most an
 *     hour
 * @param minRegions at least 3
 * @param maxRegions at least {@code minRegions}, at most 100,000; bounds the overhead
 */
public record MonitoringAttributes(
    Duration sampling, Duration aggregation, Duration update, int minRegions, int maxRegions) {
  private static final Duration LEAST_SAMPLING = Duration.ofNanos(100_000);

  /** The kernel's defaults, mm/damon/sysfs.c: 5 ms, 100 ms, 60 s, 10 to 1000 regions. */
  public static final MonitoringAttributes DEFAULT =
      new MonitoringAttributes(
          Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofSeconds(60), 10, 1000);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public MonitoringAttributes {
    require("sampling", sampling, LEAST_SAMPLING, Duration.ofSeconds(10));
    require("aggregation", aggregation, sampling, Duration.ofSeconds(100));
    require("update", update, sampling, Duration.ofHours(1));
    if (minRegions < 3) {
      throw new IllegalArgumentException("minRegions is at least 3, not " + minRegions);
    }
    if (maxRegions < minRegions || maxRegions > 100_000) {
      throw new IllegalArgumentException(
          "maxRegions is from minRegions, " + minRegions + ", to 100000, not " + maxRegions);
    }
  }

  private static void require(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name + " is from " + least + " to " + most + ", not " + value);
    }
  }

  /** {@return how many looks fall into one aggregation: the most accesses a region can show} */
  public int maxAccesses() {
    return Math.toIntExact(aggregation.dividedBy(sampling));
  }
}
