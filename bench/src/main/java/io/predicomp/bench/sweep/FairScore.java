package io.predicomp.bench.sweep;

/** One figure for what a codec saves and costs. */
final class FairScore {
  /** What saves less is not worth keeping compressed. */
  private static final double SAVINGS_FLOOR_PERCENT = 5;

  private FairScore() {}

  /**
   * {@return bytes saved for each millisecond of CPU time; 0 below the floor of 5 %}
   *
   * @param readbackFactor how often a block is read back for each time it is compressed
   */
  static double of(
      long input,
      long compressed,
      double compressCpuMs,
      double decompressCpuMs,
      double readbackFactor) {
    if (savingsPercent(input, compressed) < SAVINGS_FLOOR_PERCENT) {
      return 0;
    }
    return (input - compressed) / (compressCpuMs + readbackFactor * decompressCpuMs);
  }

  static double savingsPercent(long input, long compressed) {
    return 100.0 * (input - compressed) / input;
  }
}
