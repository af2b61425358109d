package io.predicomp.bench.page;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.Region;
import io.predicomp.arena.policy.PageTier;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What recompression saves, and what a restore costs then: the same pages in arenas of LZ4 alone,
 * the dense tier, the coldest tier, and two mixtures; restores are timed in turn every {@value
 * #BLOCK} pages. Bytes held are all that the pool holds, dictionary, slots and metadata included.
 *
 * <pre>bench/run dense</pre>
 */
public final class DenseTierBenchmark {
  private static final int PAGE = 4096;
  private static final int BLOCK = 1_000;
  private static final int MOST_PAGES = 16_384;
  private static final int ROUNDS = 6;

  /** How much of the region goes to which tier. */
  private enum Tiers {
    LZ4("LZ4 alone", 0),
    DENSE("dense", 0),
    HALF("dense, 50 % coldest", 50),
    MOST("dense, 60 % coldest", 60),
    COLDEST("coldest", 100);

    private final String title;
    private final int coldestPercent;

    Tiers(String title, int coldestPercent) {
      this.title = title;
      this.coldestPercent = coldestPercent;
    }
  }

  private DenseTierBenchmark() {}

  static void main() {
    measure("json", json());
    measure("heap dump", HeapDumpPages.dump());
  }

  /** Records without end: no page is made of a template, so none equals another. */
  private static MemorySegment json() {
    JsonPages contents = new JsonPages(MOST_PAGES);
    return contents.all();
  }

  private static void measure(String name, MemorySegment bytes) {
    int pages = (int) Math.min(MOST_PAGES, bytes.byteSize() / PAGE) / BLOCK * BLOCK;
    List<Filled> arenas = new ArrayList<>();
    long base = 0;
    for (Tiers tiers : Tiers.values()) {
      Filled filled = new Filled(bytes, pages, tiers);
      arenas.add(filled);
      ArenaStats stats = filled.arena.stats();
      base = tiers == Tiers.LZ4 ? stats.poolBytes() : base;
      System.out.printf(
          Locale.ROOT,
          "%s, %d pages, %s: ratio %.2f, holds %.2f MiB, %.3f of LZ4 alone (dense %d pages, coldest"
              + " %d, dictionaries %d KiB; sample and training %.0f ms, recompression %.0f µs a"
              + " page)%n",
          name,
          pages,
          tiers.title,
          stats.codecRatio(),
          stats.poolBytes() / 1048576.0,
          (double) stats.poolBytes() / base,
          stats.tiers().densePages(),
          stats.tiers().coldestPages(),
          stats.tiers().dictionaryBytes() >> 10,
          stats.tiers().planNanos() / 1e6,
          filled.recompressMicros);
    }
    restores(name, arenas, pages);
    for (Filled each : arenas) {
      each.arena.close();
    }
  }

  private static void restores(String name, List<Filled> arenas, int pages) {
    Latencies[] times = new Latencies[arenas.size()];
    for (int round = -1; round < ROUNDS; round++) {
      for (int i = 0; i < arenas.size(); i++) {
        if (round <= 0) {
          times[i] = new Latencies(); // round -1 warms up
        }
        arenas.get(i).region.compress();
      }
      int[] order = Shuffle.of(pages, pages, new SplittableRandom(round));
      for (int from = 0; from + BLOCK <= pages; from += BLOCK) {
        for (int i = 0; i < arenas.size(); i++) {
          int at = from / BLOCK % 2 == 0 ? i : arenas.size() - 1 - i;
          times[at].add(arenas.get(at).time(order, from));
        }
      }
    }
    for (int i = 0; i < arenas.size(); i++) {
      times[i].print(name + " " + Tiers.values()[i].title, times[0]);
    }
  }

  /** An arena whose pages are all compressed. */
  private static final class Filled {
    final CompressedArena arena;
    final Region region;
    final double recompressMicros;
    private final Cursor cursor;
    private final long[] nanos = new long[BLOCK];
    private final MemorySegment content;

    Filled(MemorySegment bytes, int pages, Tiers tiers) {
      content = bytes;
      arena = CompressedArena.open(ArenaConfig.builder().poolLimit(256L << 20).build());
      region = arena.allocateRegion((long) pages * PAGE);
      region.copyFrom(0, bytes, 0, (long) pages * PAGE);
      region.compress();
      long start = System.nanoTime();
      long recompressed = 0;
      if (tiers != Tiers.LZ4) {
        recompressed = region.recompress(0, region.byteSize(), PageTier.DENSE);
      }
      double micros = (System.nanoTime() - start - arena.stats().tiers().planNanos()) / 1e3;
      recompressMicros = recompressed == 0 ? 0 : micros / recompressed;
      long coldest = (long) pages * tiers.coldestPercent / 100 * PAGE;
      if (coldest > 0) {
        region.recompress(0, coldest, PageTier.COLDEST);
      }
      arena.compactPool();
      cursor = region.cursor();
      if (region.mismatch(0, bytes, 0, region.byteSize()) >= 0) {
        throw new IllegalStateException("the region is not what was written to it");
      }
      region.compress();
    }

    long[] time(int[] order, int from) {
      for (int i = 0; i < BLOCK; i++) {
        long offset = (long) order[from + i] * PAGE;
        long start = System.nanoTime();
        long word = cursor.getLong(offset);
        nanos[i] = System.nanoTime() - start;
        if (word != content.get(ValueLayout.JAVA_LONG_UNALIGNED, offset)) {
          throw new IllegalStateException("page " + order[from + i] + " came back wrong");
        }
      }
      return nanos;
    }
  }
}
