package io.predicomp.bench.result;

import java.util.Arrays;

/**
 * The median of some values and an interval that holds the true median.
 *
 * @param count of the values
 * @param low lower end of the interval
 * @param high upper end
 * @param confidence probability, 0 to 1, that the interval holds the median of what the values are
 *     a sample of, whatever its distribution; at least 0.95 where there are values enough
 */
public record Spread(int count, double median, double low, double high, double confidence) {
  private static final double WANTED = 0.95;

  /**
   * {@return the spread of those values} The interval reaches from the k-th smallest to the k-th
   * largest, k being as large as the wanted confidence allows: fewer than 6 values never reach 95
   * %, so the interval is all of them, and says so.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    int k = 1;
    while (k + 1 <= (n + 1) / 2 && confidence(n, k + 1) >= WANTED) {
      k++;
    }
    return new Spread(n, median, sorted[k - 1], sorted[n - k], confidence(n, k));
  }

  /** The probability that the median lies between the k-th smallest and the k-th largest of n. */
  private static double confidence(int n, int k) {
    double outside = 0;
    double ways = 1; // n over i
    for (int i = 0; i < k; i++) {
      outside += ways;
      ways = ways * (n - i) / (i + 1);
    }
    return Math.max(0, 1 - 2 * outside / Math.pow(2, n));
  }
}
