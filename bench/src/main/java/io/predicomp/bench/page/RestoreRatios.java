package io.predicomp.bench.page;

import io.predicomp.arena.Cursor;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;

/**
 * The latency of a demand restore, next to a bare LZ4 call into a discarded page: same payloads,
 * same order, in turn every {@value #BLOCK} pages. Not JMH, whose sampling would time the demotion
 * that must come before each restore, and which does not interleave.
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.page.RestoreRatios [pages [rounds]]
 * </pre>
 *
 * By default 300,000 pages (3 GiB of memory); 2097152 pages are a region of 8 GiB (13 GiB). At most
 * 300,000 of them, chosen at random, are restored in each round. Times are from one {@code
 * System.nanoTime()} to the next, of which an empty pair is printed too.
 */
public final class RestoreRatios {
  private static final int BLOCK = 5_000;
  private static final int MOST_RESTORED = 300_000;

  private final int pages;
  private final ArenaPages arena;
  private final BarePages bare;
  private final long[] nanos = new long[BLOCK];

  private RestoreRatios(int pages) {
    this.pages = pages;
    JsonPages contents = new JsonPages();
    arena = new ArenaPages(pages, contents);
    bare = BarePages.demoted(pages, contents);
    System.out.printf(
        Locale.ROOT, "%d pages, LZ4 ratio %.2f%n", pages, 4096.0 * pages / bare.payloadBytes());
  }

  static void main(String[] args) {
    int pages = args.length > 0 ? Integer.parseInt(args[0]) : 300_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    RestoreRatios ratios = new RestoreRatios(pages);
    ratios.run(1, false); // warms up
    ratios.run(rounds, true);
    ratios.arena.close();
    ratios.bare.close();
  }

  private void run(int count, boolean print) {
    Cursor cursor = arena.region.cursor();
    compare("read", count, print, page -> cursor.getLong(ArenaPages.offset(page)));
    compare(
        "write",
        count,
        print,
        page -> {
          cursor.setLong(ArenaPages.offset(page), JsonPages.firstWord(page));
          return JsonPages.firstWord(page);
        });
    compare("region read", count, print, page -> arena.region.getLong(ArenaPages.offset(page)));
  }

  private void compare(String what, int count, boolean print, IntToLongFunction touch) {
    Latencies bareTimes = new Latencies();
    Latencies arenaTimes = new Latencies();
    Latencies nothing = new Latencies();
    for (int round = 0; round < count; round++) {
      arena.demoteAll();
      bare.drop(0, pages);
      int restored = Math.min(pages, MOST_RESTORED) / BLOCK * BLOCK;
      int[] order = Shuffle.of(pages, restored, new SplittableRandom(round));
      for (int from = 0; from < restored; from += BLOCK) {
        boolean bareFirst = from / BLOCK % 2 == 0;
        for (int turn = 0; turn < 2; turn++) {
          if (bareFirst == (turn == 0)) {
            bareTimes.add(time(order, from, bare::restore));
          } else {
            arenaTimes.add(time(order, from, touch));
          }
        }
        nothing.add(time(order, from, JsonPages::firstWord));
      }
    }
    if (print) {
      nothing.print(what + ": nothing", nothing);
      bareTimes.print(what + ": bare LZ4", bareTimes);
      arenaTimes.print(what + ": arena", bareTimes);
    }
  }

  private long[] time(int[] order, int from, IntToLongFunction touch) {
    for (int i = 0; i < BLOCK; i++) {
      int page = order[from + i];
      long start = System.nanoTime();
      long word = touch.applyAsLong(page);
      nanos[i] = System.nanoTime() - start;
      if (word != JsonPages.firstWord(page)) {
        throw new IllegalStateException("page " + page + " came back wrong");
      }
    }
    return nanos;
  }
}
