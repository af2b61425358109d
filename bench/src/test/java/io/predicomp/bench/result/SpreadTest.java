package io.predicomp.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void medianOfAnOddAndAnEvenNumberOfValues() {
    assertEquals(3, Spread.of(9, 1, 3).median());
    assertEquals(2, Spread.of(3, 1).median());
  }

  /** 1 − 2 · 2⁻ⁿ for the whole range; tables of the sign test give the ranks for larger n. */
  @Test
  void intervalIsThatOfTheSignTest() {
    assertEquals(new Spread(1, 7, 7, 7, 0), Spread.of(7));
    assertEquals(new Spread(5, 3, 1, 5, 1 - 2 / 32.0), Spread.of(1, 2, 3, 4, 5));
    assertEquals(new Spread(6, 3.5, 1, 6, 1 - 2 / 64.0), Spread.of(6, 5, 4, 3, 2, 1));
    Spread nine = Spread.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertEquals(2, nine.low());
    assertEquals(8, nine.high());
    assertEquals(1 - 20 / 512.0, nine.confidence(), 1e-12);
  }

  @Test
  void noValuesHaveNoMedian() {
    assertThrows(IllegalArgumentException.class, Spread::of);
  }
}
