package io.predicomp.arena.pool;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any sequence of operations leaves the pool equal to a map, and consistent after each step. */
class CompressedPoolModelTest {
  private static final long SMALL_LIMIT = 256 << 10;
  private static final long ROOMY_LIMIT = 16 << 20;

  sealed interface Step {}

  record Store(int length, int count) implements Step {}

  record Free(int selector, int count) implements Step {}

  record Drain() implements Step {}

  record Compact(int refusalPercent, int maxMoves) implements Step {}

  @Property(tries = 300)
  void aPoolThatIsOftenFull(@ForAll("steps") List<Step> steps, @ForAll long seed) {
    run(steps, seed, CompressedPool.create(SMALL_LIMIT));
  }

  @Property(tries = 100)
  void aPoolWithRoom(@ForAll("steps") List<Step> steps, @ForAll long seed) {
    run(steps, seed, CompressedPool.create(ROOMY_LIMIT));
  }

  /** At any of its attempts, or at all, the pool cannot populate or give back memory. */
  @Property(tries = 200)
  void aPoolWhoseSystemCallsFail(
      @ForAll("steps") List<Step> steps,
      @ForAll long seed,
      @ForAll boolean roomy,
      @ForAll boolean always) {
    var failures = new SplittableRandom(~seed);
    run(
        steps,
        seed,
        FaultyPool.create(
            roomy ? ROOMY_LIMIT : SMALL_LIMIT, () -> always || failures.nextBoolean()));
  }

  private static void run(List<Step> steps, long seed, CompressedPool pool) {
    var random = new SplittableRandom(seed);
    try (var model = new PoolModel(pool)) {
      for (Step step : steps) {
        apply(step, model, random);
        model.check();
      }
      while (!model.owners.isEmpty()) {
        model.free(random.nextInt(model.owners.size()));
      }
      model.pool.drainFreed();
      model.check();
    }
  }

  private static void apply(Step step, PoolModel model, SplittableRandom random) {
    switch (step) {
      case Store(int length, int count) -> {
        for (int i = 0; i < count; i++) {
          int spread = Math.min(i, CompressedPool.MAX_PAYLOAD_BYTES - length);
          boolean _ = model.store(length + spread, random.nextLong());
        }
      }
      case Free(int selector, int count) -> {
        for (int i = 0; i < count && !model.owners.isEmpty(); i++) {
          model.free((selector + 7 * i) % model.owners.size());
        }
      }
      case Drain() -> {
        int _ = model.pool.drainFreed();
      }
      case Compact(int refusalPercent, int maxMoves) -> {
        int _ = model.compact(random, refusalPercent / 100.0, maxMoves);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(1, 4096)),
            Tuple.of(2, Arbitraries.integers().between(1, 64)),
            Tuple.of(1, Arbitraries.integers().between(4096, CompressedPool.MAX_PAYLOAD_BYTES)));
    Arbitrary<Step> store =
        Combinators.combine(length, Arbitraries.integers().between(1, 60)).as(Store::new);
    Arbitrary<Step> free =
        Combinators.combine(
                Arbitraries.integers().between(0, 10_000), Arbitraries.integers().between(1, 60))
            .as(Free::new);
    Arbitrary<Step> compact =
        Combinators.combine(Arbitraries.of(0, 0, 30, 100), Arbitraries.integers().between(0, 100))
            .as(Compact::new);
    return Arbitraries.frequencyOf(
            Tuple.of(4, store),
            Tuple.of(4, free),
            Tuple.of(1, Arbitraries.just(new Drain())),
            Tuple.of(2, compact))
        .list()
        .ofMaxSize(60);
  }
}
