package io.predicomp.arena.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pool's promise: pool bytes, metadata included, stay within 1.05 of the payload. */
class SteadyStateTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNIFORM_4K")
  void sixteenMebibytesStayWithinFivePercent(SizeDistribution sizes) {
    holds(SteadyState.run(sizes, 16 << 20), 1.05, 0.5);
  }

  /** Many sizes and few objects of each: the one mix that needs a larger pool to reach 1.05. */
  @ParameterizedTest
  @EnumSource(names = "UNIFORM_4K")
  void uniformSizesNeedMoreObjects(SizeDistribution sizes) {
    holds(SteadyState.run(sizes, 16 << 20), 1.07, 0.8);
    holds(SteadyState.run(sizes, 64 << 20), 1.05, 0.5);
  }

  @ParameterizedTest
  @EnumSource
  void oneMebibyteStaysWithinAFifth(SizeDistribution sizes) {
    holds(SteadyState.run(sizes, 1 << 20), 1.2, 0.5);
  }

  private static void holds(SteadyState state, double mean, double movesPerStore) {
    assertTrue(state.mean() <= mean, state.toString());
    assertTrue(state.movesPerStore() <= movesPerStore, state.toString());
  }
}
