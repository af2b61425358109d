package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipfRanksTest {
  private static final int COUNT = 100;
  private static final int DRAWS = 1_000_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.99, 1, 2})
  void ranksComeAsOftenAsTheFormulaSays(double exponent) {
    Random random = new Random(7);
    ZipfRanks ranks = new ZipfRanks(COUNT, exponent);
    int[] drawn = new int[COUNT];
    for (int i = 0; i < DRAWS; i++) {
      drawn[ranks.next(random::nextDouble)]++;
    }
    double sum = 0;
    for (int k = 1; k <= COUNT; k++) {
      sum += Math.pow(k, -exponent);
    }
    for (int k = 1; k <= COUNT; k++) {
      double expected = DRAWS * Math.pow(k, -exponent) / sum;
      // Five standard deviations of a count.
      assertEquals(expected, drawn[k - 1], 5 * Math.sqrt(expected) + 1, "rank " + k);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void fewRanks(int count) {
    Random random = new Random(1);
    ZipfRanks ranks = new ZipfRanks(count, 0.99);
    for (int i = 0; i < 1000; i++) {
      int rank = ranks.next(random::nextDouble);
      assertTrue(rank >= 0 && rank < count);
    }
  }
}
