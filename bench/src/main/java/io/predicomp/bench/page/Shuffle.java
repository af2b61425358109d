package io.predicomp.bench.page;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Pages in random order. */
final class Shuffle {
  private Shuffle() {}

  /** {@code count} different pages of {@code pages}. */
  static int[] of(int pages, int count, SplittableRandom random) {
    int[] order = new int[pages];
    Arrays.setAll(order, page -> page);
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i, pages);
      int page = order[i];
      order[i] = order[other];
      order[other] = page;
    }
    return Arrays.copyOf(order, count);
  }
}
