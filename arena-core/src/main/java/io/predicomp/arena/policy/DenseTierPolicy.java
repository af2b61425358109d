package io.predicomp.arena.policy;

/**
 * When and how compressed pages that stay cold are compressed again, denser. Immutable.
 *
 * @param enabled whether the background does it at all
 * @param denseAfterMillis a page compressed for so long belongs into {@link PageTier#DENSE}
 * @param coldestAfterMillis a page compressed for so long belongs into {@link PageTier#COLDEST}; at
 *     least {@code denseAfterMillis}
 * @param dictionaryBytes the most a dictionary may have: 1,024 to 65,536 bytes
 * @param trainingPages pages sampled to train a dictionary: 16 to 1,024. More take longer in one go
 *     (docs/dense-tier.md)
 * @param heldOutPages pages sampled to judge it, none of them trained on: 4 to 1,024
 * @param minGainPercent a page must become shorter by this share of what it has now, and a
 *     dictionary must make the held-out pages shorter by it; 1 to 90
 * @param bytesPerCpuMicro what a microsecond of CPU time must save, in bytes held
 */
public record DenseTierPolicy(
    boolean enabled,
    long denseAfterMillis,
    long coldestAfterMillis,
    int dictionaryBytes,
    int trainingPages,
    int heldOutPages,
    int minGainPercent,
    double bytesPerCpuMicro) {

  /** The pool rounds objects up to multiples of this: less is no gain at all. */
  private static final long LEAST_GAIN_BYTES = 16;

  /**
   * On: dense after 30 s, coldest after two minutes, 64 KiB dictionaries from 128 pages.
   * Recompressing costs about ten times the CPU time of a demotion and saves a fourth of what that
   * saved, so it is for pages that have outlasted idle phases of the usual seconds.
   */
  public static final DenseTierPolicy AUTO =
      new DenseTierPolicy(true, 30_000, 120_000, 65_536, 128, 32, 5, 3);

  /** Off: pages stay as they were compressed first, unless somebody asks for more. */
  public static final DenseTierPolicy OFF =
      new DenseTierPolicy(false, 30_000, 120_000, 65_536, 128, 32, 5, 3);

  public DenseTierPolicy {
    check("denseAfterMillis", denseAfterMillis, 0, Long.MAX_VALUE / 1_000_000);
    check("coldestAfterMillis", coldestAfterMillis, denseAfterMillis, Long.MAX_VALUE / 1_000_000);
    check("dictionaryBytes", dictionaryBytes, 1024, 65_536);
    check("trainingPages", trainingPages, 16, 1024);
    check("heldOutPages", heldOutPages, 4, 1024);
    check("minGainPercent", minGainPercent, 1, 90);
    if (!(bytesPerCpuMicro >= 0)) {
      throw new IllegalArgumentException(
          "bytesPerCpuMicro is " + bytesPerCpuMicro + ", must be at least 0");
    }
  }

  private static void check(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed are " + low + " to " + high);
    }
  }

  /** The longest payload, in bytes, that is worth replacing one of {@code length} bytes. */
  public int mostBytes(int length) {
    return (int) Math.min(length - LEAST_GAIN_BYTES, (long) length * (100 - minGainPercent) / 100);
  }

  /** The same pages recompressed after other times, for tests and impatient callers. */
  public DenseTierPolicy after(long denseMillis, long coldestMillis) {
    return new DenseTierPolicy(
        enabled,
        denseMillis,
        coldestMillis,
        dictionaryBytes,
        trainingPages,
        heldOutPages,
        minGainPercent,
        bytesPerCpuMicro);
  }
}
