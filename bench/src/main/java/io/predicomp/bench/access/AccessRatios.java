package io.predicomp.bench.access;

import static io.predicomp.bench.access.AccessBenchmark.ACCESSES;

import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import java.util.List;

/**
 * {@link AccessBenchmark} with its ways interleaved: the ratios of docs/measuring.md. JMH runs one
 * benchmark to its end before the next, and between the two the machine changes.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.access.AccessRatios [KiB…]</pre>
 *
 * By default 256 and 262144; 8388608 is the region of 8 GiB and needs 9 GiB of memory.
 */
public final class AccessRatios {
  private AccessRatios() {}

  static void main(String[] args) {
    int[] sizes = {256, 262_144};
    if (args.length > 0) {
      sizes = List.of(args).stream().mapToInt(Integer::parseInt).toArray();
    }
    for (int kib : sizes) {
      AccessBenchmark shared = new AccessBenchmark();
      shared.kib = kib;
      shared.open();
      for (int threads = 1; threads <= 2; threads++) {
        compare(shared, threads);
      }
      shared.close();
    }
  }

  private static void compare(AccessBenchmark shared, int threads) {
    Interleaved run = new Interleaved(60, 10);
    String where = " " + shared.kib + " KiB, " + threads + " thr.";
    run.report("read" + where, threads, () -> reads(shared));
    run.report("write" + where, threads, () -> writes(shared));
    run.report("add" + where, threads, () -> adds(shared));
    run.report("scan" + where, threads, () -> scans(shared));
  }

  private static AccessBenchmark.Own own(AccessBenchmark shared) {
    AccessBenchmark.Own own = new AccessBenchmark.Own();
    own.open(shared);
    return own;
  }

  private static List<Contender> reads(AccessBenchmark shared) {
    AccessBenchmark.Own own = own(shared);
    return List.of(
        new Contender("raw", ACCESSES, () -> shared.rawRead(own)),
        new Contender("cursor", ACCESSES, () -> shared.cursorRead(own)),
        new Contender("region", ACCESSES, () -> shared.regionRead(own)),
        new Contender("no access", ACCESSES, () -> shared.nothing(own)));
  }

  private static List<Contender> writes(AccessBenchmark shared) {
    AccessBenchmark.Own own = own(shared);
    return List.of(
        new Contender("raw", ACCESSES, () -> shared.rawWrite(own)),
        new Contender("cursor", ACCESSES, () -> shared.cursorWrite(own)),
        new Contender("region", ACCESSES, () -> shared.regionWrite(own)));
  }

  private static List<Contender> adds(AccessBenchmark shared) {
    AccessBenchmark.Own own = own(shared);
    return List.of(
        new Contender("raw", ACCESSES, () -> shared.rawAdd(own)),
        new Contender("cursor", ACCESSES, () -> shared.cursorAdd(own)),
        new Contender("region", ACCESSES, () -> shared.regionAdd(own)),
        new Contender("cursor get, set", ACCESSES, () -> shared.cursorGetAndSet(own)));
  }

  private static List<Contender> scans(AccessBenchmark shared) {
    AccessBenchmark.Own own = own(shared);
    return List.of(
        new Contender("raw", ACCESSES, () -> shared.rawScan(own)),
        new Contender("cursor", ACCESSES, () -> shared.cursorScan(own)));
  }
}
