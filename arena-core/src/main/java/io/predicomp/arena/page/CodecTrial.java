package io.predicomp.arena.page;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.TierCost;
import java.util.Arrays;

/** A codec and what it did to each held-out page. */
final class CodecTrial {
  final int index;
  final PageCodec codec;
  final double[] bytes;
  final double[] compressNanos;
  final double[] decompressNanos;
  int warmUps;
  boolean failed;

  /**
   * A trial that has not begun.
   *
   * @param index of the codec; -1: the dictionary just trained, which has none yet
   * @param pages most that are held out
   */
  CodecTrial(int index, PageCodec codec, int pages) {
    this.index = index;
    this.codec = codec;
    this.bytes = new double[pages];
    this.compressNanos = new double[pages];
    this.decompressNanos = new double[pages];
  }

  TierCost cost(int pages) {
    return new TierCost(
        failed ? Double.MAX_VALUE : Arrays.stream(bytes, 0, pages).average().orElse(0),
        lowerQuartile(compressNanos, pages),
        lowerQuartile(decompressNanos, pages));
  }

  /** Times that include the loss of the processor say nothing about the codec. */
  private static double lowerQuartile(double[] values, int count) {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 4];
  }
}
