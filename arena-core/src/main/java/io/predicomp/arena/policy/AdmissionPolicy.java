package io.predicomp.arena.policy;

/**
 * What may enter the compressed pool, and what may stay. Pure and immutable.
 *
 * @param minSavingsPercent a page that saves less than this share of its size is not stored; 0 to
 *     99
 * @param acceptThresholdPercent once the pool was full, nothing enters before its use is down to
 *     this share of the limit, so that admission does not flap (zswap's {@code
 *     accept_threshold_percent}, default 90); 1 to 100
 * @param keepCopiesBelowPercent a page that is only read keeps its compressed copy while the pool
 *     uses less than this share of its limit; 0 to 100
 */
public record AdmissionPolicy(
    int minSavingsPercent, int acceptThresholdPercent, int keepCopiesBelowPercent) {
  /** Compaction begins when this share of the pool is holes (docs/pool.md: what 1.05 takes). */
  private static final double COMPACT_ABOVE_PERCENT = 1.5;

  /** Below this size a pool is mostly slabs that have just been opened. */
  private static final long COMPACT_ABOVE_BYTES = 1 << 20;

  /** Payload lengths are 16 bits wide in the page entry. */
  private static final int LONGEST_PAYLOAD = 65_535;

  public AdmissionPolicy {
    check("minSavingsPercent", minSavingsPercent, 0, 99);
    check("acceptThresholdPercent", acceptThresholdPercent, 1, 100);
    check("keepCopiesBelowPercent", keepCopiesBelowPercent, 0, 100);
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed are " + low + " to " + high);
    }
  }

  /** The longest payload, in bytes, that saves enough. */
  public int mostPayloadBytes(int pageBytes) {
    return (int) Math.min(LONGEST_PAYLOAD, (long) pageBytes * (100 - minSavingsPercent) / 100);
  }

  /** Whether a pool that was full may accept again. */
  public boolean reopens(long poolBytes, long limitBytes) {
    return poolBytes <= limitBytes / 100.0 * acceptThresholdPercent;
  }

  /** Whether a page restored for reading keeps its copy. */
  public boolean keepsCleanCopies(long poolBytes, long limitBytes) {
    return poolBytes < limitBytes / 100.0 * keepCopiesBelowPercent;
  }

  /** Whether the pool has more holes than it should. */
  public boolean wantsCompaction(long fragmentedBytes, long poolBytes) {
    return poolBytes > COMPACT_ABOVE_BYTES
        && fragmentedBytes > poolBytes / 100.0 * COMPACT_ABOVE_PERCENT;
  }
}
