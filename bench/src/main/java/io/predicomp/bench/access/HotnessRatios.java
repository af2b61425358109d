package io.predicomp.bench.access;

import static io.predicomp.bench.access.AccessBenchmark.ACCESSES;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.LoopConfig;
import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import java.util.List;
import java.util.Locale;

/**
 * What exact hotness costs an access: a scan takes the marks of touched pages away, and the next
 * access to each page puts its mark back on the slow path. The same accesses through cursors of two
 * arenas, interleaved: one without background loops and one whose loops look for touches and move
 * no page.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.access.HotnessRatios [KiB…]</pre>
 */
public final class HotnessRatios {
  private HotnessRatios() {}

  static void main(String[] args) {
    int[] sizes = {256, 262_144};
    if (args.length > 0) {
      sizes = List.of(args).stream().mapToInt(Integer::parseInt).toArray();
    }
    for (int kib : sizes) {
      compare(kib);
    }
  }

  private static void compare(int kib) {
    AccessBenchmark without = open(kib, ArenaConfig.builder().build());
    AccessBenchmark with = open(kib, ArenaConfig.builder().autoloops(scanning()).build());
    long start = System.nanoTime();
    Interleaved run = new Interleaved(120, 10);
    String where = " " + kib + " KiB, hotness";
    run.report("read" + where, 1, () -> reads(without, with));
    run.report("write" + where, 1, () -> writes(without, with));
    double nanos = System.nanoTime() - start;
    System.out.printf(
        Locale.ROOT,
        "%d KiB: the loops took %.2f %% of a core, %d scans%n",
        kib,
        100 * with.arena.stats().loops().totalCpuNanos() / nanos,
        with.arena.stats().counters().get("hotness_epoch").longValue());
    without.close();
    with.close();
  }

  /** The default loops, but for compression and prefetching. */
  private static LoopConfig scanning() {
    LoopConfig usual = LoopConfig.DEFAULT;
    return new LoopConfig(
        usual.coldAfter(),
        usual.cpuPercent(),
        usual.stallPercent(),
        LoopConfig.Predictor.OFF,
        usual.prefetchDistance(),
        usual.prefetchBatch(),
        false);
  }

  private static AccessBenchmark open(int kib, ArenaConfig config) {
    AccessBenchmark benchmark = new AccessBenchmark();
    benchmark.kib = kib;
    benchmark.open(config);
    return benchmark;
  }

  private static AccessBenchmark.Own own(AccessBenchmark shared) {
    AccessBenchmark.Own own = new AccessBenchmark.Own();
    own.open(shared);
    return own;
  }

  private static List<Contender> reads(AccessBenchmark without, AccessBenchmark with) {
    AccessBenchmark.Own one = own(without);
    AccessBenchmark.Own other = own(with);
    return List.of(
        new Contender("without loops", ACCESSES, () -> without.cursorRead(one)),
        new Contender("with loops", ACCESSES, () -> with.cursorRead(other)));
  }

  private static List<Contender> writes(AccessBenchmark without, AccessBenchmark with) {
    AccessBenchmark.Own one = own(without);
    AccessBenchmark.Own other = own(with);
    return List.of(
        new Contender("without loops", ACCESSES, () -> without.cursorWrite(one)),
        new Contender("with loops", ACCESSES, () -> with.cursorWrite(other)));
  }
}
