package io.predicomp.workloads.fill;

/**
 * Pseudo-random numbers that are a function of a key, so that any page can be computed again
 * without the ones before it: the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA
 * 2014).
 */
public final class Mix {
  private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

  private Mix() {}

  /** {@return 64 bits that look random and depend on nothing but {@code key}} */
  public static long hash(long key) {
    long z = key + GOLDEN_RATIO;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  /** {@return the {@code index}-th number of the stream that {@code key} names} */
  public static long at(long key, long index) {
    return hash(key(key, index));
  }

  /** {@return what to {@link #hash} for the {@code index}-th number of the stream of that key} */
  public static long key(long key, long index) {
    return key + index * GOLDEN_RATIO;
  }
}
