package io.predicomp.workloads.run;

/**
 * Ranks 0 to n − 1 of which rank k comes with a probability in proportion to (k + 1)^−s, exactly,
 * by rejection-inversion: Hörmann and Derflinger, "Rejection-inversion to generate variates from
 * monotone discrete distributions", ACM TOMACS 6 (1996). Immutable.
 */
public final class ZipfRanks {
  /** Uniform numbers, at least 0 and below 1. */
  @FunctionalInterface
  public interface Uniform {
    double next();
  }

  private final int count;
  private final double exponent;
  private final double first;
  private final double last;
  private final double acceptBelow;

  /**
   * @param count at least 1
   * @param exponent above 0
   */
  public ZipfRanks(int count, double exponent) {
    this.count = count;
    this.exponent = exponent;
    this.first = integral(1.5) - 1;
    this.last = integral(count + 0.5);
    this.acceptBelow = 2 - inverse(integral(2.5) - density(2));
  }

  /** {@return a rank} */
  public int next(Uniform uniform) {
    while (true) {
      double u = last + uniform.next() * (first - last);
      double x = inverse(u);
      int k = Math.clamp(Math.round(x), 1, count);
      if (k - x <= acceptBelow || u >= integral(k + 0.5) - density(k)) {
        return k - 1;
      }
    }
  }

  private double density(double x) {
    return Math.exp(-exponent * Math.log(x));
  }

  /** The integral of the density from 1 to x. */
  private double integral(double x) {
    double log = Math.log(x);
    return expm1Over((1 - exponent) * log) * log;
  }

  private double inverse(double area) {
    double t = Math.max(-1, area * (1 - exponent));
    return Math.exp(log1pOver(t) * area);
  }

  private static double expm1Over(double x) {
    return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x / 2;
  }

  private static double log1pOver(double x) {
    return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x / 2;
  }
}
