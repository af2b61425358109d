package io.predicomp.bench.process;

/**
 * How far memory shrank.
 *
 * @param endToEnd attempted ÷ ((attempted − logical) + pool used): what did not go in counts as is
 * @param admitted logical ÷ pool used: of what went in
 * @param codec logical ÷ compressed: without the pool's rounding
 */
record Ratios(double endToEnd, double admitted, double codec) {
  /**
   * {@return the ratios of those figures, all in bytes; 1 where nothing was compressed}
   *
   * @param attempted what compression was tried on
   * @param logical what of it was admitted
   * @param compressed what the codec made of it
   * @param poolUsed what that takes in the pool's slots
   */
  static Ratios of(long attempted, long logical, long compressed, long poolUsed) {
    return new Ratios(
        divide(attempted, attempted - logical + poolUsed, 1),
        divide(logical, poolUsed, 1),
        divide(logical, compressed, 1));
  }

  static double divide(long dividend, long divisor, double ifNone) {
    return divisor <= 0 ? ifNone : (double) dividend / divisor;
  }
}
