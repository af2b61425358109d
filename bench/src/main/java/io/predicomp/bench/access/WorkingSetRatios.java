package io.predicomp.bench.access;

import static io.predicomp.bench.access.AccessBenchmark.next;
import static io.predicomp.bench.compare.Interleaved.median;
import static io.predicomp.bench.compare.Interleaved.quantile;
import static io.predicomp.bench.compare.Interleaved.ratios;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import io.predicomp.bench.compare.Contender;
import io.predicomp.bench.compare.Interleaved;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Do accesses to a working set of 256 MiB cost more in a large region than in one of that size? The
 * same loops touch as many pages, all of them in memory: those of a region of 256 MiB, as many
 * neighbours somewhere in the large region, and as many scattered over it. Raw accesses to the same
 * pages say how much of it is the processor's, whose translation of addresses reaches not as far
 * for scattered pages; the rest is the page table's.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.access.WorkingSetRatios [MiB]</pre>
 *
 * By default the large region has 8192 MiB and is in memory as a whole.
 */
public final class WorkingSetRatios {
  private static final int PAGE_SHIFT = 12;
  private static final int PAGES = 1 << 16; // 256 MiB
  private static final int ACCESSES = 1024;
  private static final int ROUNDS = 60;
  private static final int SLICE_MILLIS = 20;

  /**
   * Pages of a region.
   *
   * @param raw the same memory
   */
  @SuppressWarnings("ArrayRecordComponent") // shared, as the segment is
  private record WorkingSet(String name, Region region, MemorySegment raw, int[] pages) {}

  private long random = 1;

  private WorkingSetRatios() {}

  static void main(String[] args) {
    long large = (args.length > 0 ? Long.parseLong(args[0]) : 8192) << 20;
    try (CompressedArena arena = CompressedArena.open(ArenaConfig.builder().build())) {
      Region small = filled(arena, (long) PAGES << PAGE_SHIFT);
      Region whole = filled(arena, large);
      try (PinnedRange smallPin = small.pinShared(0, (long) PAGES << PAGE_SHIFT);
          PinnedRange wholePin = whole.pinShared(0, large)) {
        Random choice = new Random(12_345);
        int all = (int) (large >>> PAGE_SHIFT);
        int first = choice.nextInt(all - PAGES + 1);
        List<WorkingSet> sets =
            List.of(
                new WorkingSet("256 MiB", small, smallPin.segment(), shuffled(0, choice)),
                new WorkingSet("neighbours", whole, wholePin.segment(), shuffled(first, choice)),
                new WorkingSet(
                    "scattered",
                    whole,
                    wholePin.segment(),
                    choice.ints(0, all).distinct().limit(PAGES).toArray()));
        new WorkingSetRatios().compare(sets);
      }
    }
  }

  private static Region filled(CompressedArena arena, long bytes) {
    Region region = arena.allocateRegion(bytes);
    for (long at = 0; at < bytes; at += 1 << PAGE_SHIFT) {
      region.setLong(at, at);
    }
    return region;
  }

  private static int[] shuffled(int first, Random choice) {
    int[] pages = new int[PAGES];
    Arrays.setAll(pages, i -> first + i);
    for (int i = PAGES - 1; i > 0; i--) {
      int other = choice.nextInt(i + 1);
      int page = pages[i];
      pages[i] = pages[other];
      pages[other] = page;
    }
    return pages;
  }

  private void compare(List<WorkingSet> sets) {
    report(sets, new Interleaved(ROUNDS, SLICE_MILLIS).run(1, () -> reads(sets)), "read");
    report(sets, new Interleaved(ROUNDS, SLICE_MILLIS).run(1, () -> writes(sets)), "write");
  }

  private List<Contender> reads(List<WorkingSet> sets) {
    List<Contender> contenders = new ArrayList<>();
    for (WorkingSet set : sets) {
      Cursor cursor = set.region.cursor();
      contenders.add(new Contender("raw", ACCESSES, () -> rawRead(set.raw, set.pages)));
      contenders.add(new Contender("cursor", ACCESSES, () -> cursorRead(cursor, set.pages)));
    }
    return contenders;
  }

  private List<Contender> writes(List<WorkingSet> sets) {
    List<Contender> contenders = new ArrayList<>();
    for (WorkingSet set : sets) {
      Cursor cursor = set.region.cursor();
      contenders.add(new Contender("raw", ACCESSES, () -> rawWrite(set.raw, set.pages)));
      contenders.add(new Contender("cursor", ACCESSES, () -> cursorWrite(cursor, set.pages)));
    }
    return contenders;
  }

  /**
   * Prints what each access costs, over the same in the first set, and over raw.
   *
   * @param costs raw and cursor of each set in turn
   */
  private static void report(List<WorkingSet> sets, double[][] costs, String what) {
    for (int i = 0; i < costs.length; i++) {
      double[] overFirst = ratios(costs[i], costs[i % 2]);
      System.out.printf(
          Locale.ROOT,
          "%-6s %-6s %-12s %7.2f ns  over 256 MiB %5.3f (quartiles %5.3f to %5.3f)"
              + "  over raw %5.3f%n",
          i % 2 == 0 ? "raw" : "cursor",
          what,
          sets.get(i / 2).name,
          median(costs[i]),
          median(overFirst),
          quantile(overFirst, 0.25),
          quantile(overFirst, 0.75),
          median(ratios(costs[i], costs[i - i % 2])));
    }
  }

  // Fields are kept in locals: see AccessBenchmark.

  /** A word of one of the pages. */
  private static long offset(long random, int[] pages) {
    long page = pages[(int) (random >>> 24) & (PAGES - 1)];
    return (page << PAGE_SHIFT) + ((random >>> 48) & ((1 << PAGE_SHIFT) - Long.BYTES));
  }

  private long rawRead(MemorySegment segment, int[] pages) {
    long random = this.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += segment.get(JAVA_LONG_UNALIGNED, offset(random, pages));
    }
    this.random = random;
    return sum;
  }

  private long cursorRead(Cursor cursor, int[] pages) {
    long random = this.random;
    long sum = 0;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      sum += cursor.getLong(offset(random, pages));
    }
    this.random = random;
    return sum;
  }

  private long rawWrite(MemorySegment segment, int[] pages) {
    long random = this.random;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      segment.set(JAVA_LONG_UNALIGNED, offset(random, pages), random);
    }
    this.random = random;
    return random;
  }

  private long cursorWrite(Cursor cursor, int[] pages) {
    long random = this.random;
    for (int i = 0; i < ACCESSES; i++) {
      random = next(random);
      cursor.setLong(offset(random, pages), random);
    }
    this.random = random;
    return random;
  }
}
