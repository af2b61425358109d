package io.predicomp.arena.policy;

import java.util.List;

/**
 * Chooses how a region's pages are stored in {@link PageTier#DENSE} and {@link PageTier#COLDEST},
 * by measured costs: the candidate with the greatest <em>net gain</em>
 *
 * <pre>
 *   bytes saved − price × (compress CPU + expected restores × decompress CPU)
 * </pre>
 *
 * A quotient of the two would always take the cheapest candidate, however little it saves: pages
 * that are cold for long pay for the time once and hold the bytes all along. Pure and threadless.
 */
public final class DenseTierChoice {
  /** Returned when no candidate is worth it. */
  public static final int NONE = -1;

  /**
   * A restore costs this much beside decompression, the page fault above all (docs/measuring.md:
   * 2.8 µs in all for LZ4).
   */
  private static final double RESTORE_NANOS = 1_700;

  /**
   * A restore from the dense tier may take so many times what one from the base tier takes. Costs
   * are taken with everything in the processor's caches, where decompression differs most: what is
   * within this limit there has been measured within 1.3 in use (docs/dense-tier.md).
   */
  private static final double MOST_RESTORE_RATIO = 1.6;

  /** Restores to expect of a page before it is written or freed. */
  private static final double DENSE_RESTORES = 1;

  private static final double COLDEST_RESTORES = 0.25;

  private DenseTierChoice() {}

  /**
   * {@return index of the candidate for pages that stay cold, or {@link #NONE}}
   *
   * @param base what the pages cost as they are
   */
  public static int dense(DenseTierPolicy policy, TierCost base, List<TierCost> candidates) {
    double most = (RESTORE_NANOS + base.decompressNanos()) * MOST_RESTORE_RATIO;
    return best(policy, base, candidates, DENSE_RESTORES, most - RESTORE_NANOS);
  }

  /** {@return index of the candidate for the pages longest cold, or {@link #NONE}} */
  public static int coldest(DenseTierPolicy policy, TierCost base, List<TierCost> candidates) {
    return best(policy, base, candidates, COLDEST_RESTORES, Double.MAX_VALUE);
  }

  private static int best(
      DenseTierPolicy policy,
      TierCost base,
      List<TierCost> candidates,
      double restores,
      double mostDecompressNanos) {
    int best = NONE;
    double bestGain = 0;
    for (int i = 0; i < candidates.size(); i++) {
      TierCost candidate = candidates.get(i);
      double saved = base.bytes() - candidate.bytes();
      double micros = (candidate.compressNanos() + restores * candidate.decompressNanos()) / 1_000;
      double gain = saved - policy.bytesPerCpuMicro() * micros;
      if (saved >= base.bytes() * policy.minGainPercent() / 100
          && candidate.decompressNanos() <= mostDecompressNanos
          && gain > bestGain) {
        best = i;
        bestGain = gain;
      }
    }
    return best;
  }

  /**
   * Whether a dictionary is worth its memory.
   *
   * @param with mean payload with it, in bytes, over pages it was not trained on
   * @param without mean payload of the same pages by the best that needs none
   * @param pages that it would be used for
   * @param heldBytes what it takes itself
   */
  public static boolean keepsDictionary(
      DenseTierPolicy policy, double with, double without, long pages, long heldBytes) {
    double saved = without - with;
    // Twice: half of the pages may be restored before the other half is recompressed.
    return saved >= without * policy.minGainPercent() / 100 && saved * pages >= 2.0 * heldBytes;
  }
}
