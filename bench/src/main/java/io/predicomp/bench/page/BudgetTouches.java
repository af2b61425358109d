package io.predicomp.bench.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.Region;
import io.predicomp.os.process.ThreadCpuClock;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * What touches cost in an arena that holds half as much again as its {@code residentBudget}: filled
 * in order, then touched at random, one touch in four a write. Transparent memory and checked mode
 * in turn, each with a budget and without.
 *
 * <pre>bench/run budget</pre>
 */
public final class BudgetTouches {
  private static final int BUDGET_MIB = 128;
  private static final int PAGES = BUDGET_MIB * 256 * 3 / 2;
  private static final int BLOCK = 10_000;
  private static final int BLOCKS = 60;
  private static final int WARM_UP_BLOCKS = 10;
  private static final int MOST_RANDOM = 1 << 30;
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private final JsonPages contents = new JsonPages();
  private final List<Memory> memories = new ArrayList<>();

  private BudgetTouches() {}

  static void main() {
    new BudgetTouches().run();
  }

  private void run() {
    for (boolean limited : new boolean[] {false, true}) {
      memories.add(transparent(limited));
      memories.add(checked(limited));
    }
    for (Memory memory : memories) {
      memory.fill(contents);
    }
    touches("a tenth gets 90 %", random -> hotAndCold(random));
    touches("all alike", random -> random % PAGES);
    memories.forEach(memory -> memory.arena.close());
  }

  /** Which tenth is in use is spread over all pages. */
  private static int hotAndCold(int random) {
    int page = random / 10 % PAGES;
    return random % 10 == 0 ? page : page / 10 * 10;
  }

  private void touches(String pattern, IntUnaryOperator page) {
    SplittableRandom random = new SplittableRandom(pattern.hashCode());
    memories.forEach(Memory::begin);
    for (int block = 0; block < BLOCKS; block++) {
      int[] pages = random.ints(BLOCK, 0, MOST_RANDOM).map(page).toArray();
      for (int i = 0; i < memories.size(); i++) {
        memories.get((block + i) % memories.size()).touch(pages, block >= WARM_UP_BLOCKS);
      }
    }
    for (Memory memory : memories) {
      memory.print(pattern, memories.getFirst().times);
    }
  }

  private static CompressedArena open(boolean limited) {
    ArenaConfig.Builder config = ArenaConfig.builder().poolLimit(ArenaConfig.mebibytes(256));
    return CompressedArena.open(
        (limited ? config.residentBudget(ArenaConfig.mebibytes(BUDGET_MIB)) : config).build());
  }

  private static Memory transparent(boolean limited) {
    CompressedArena arena = open(limited);
    MemorySegment segment = arena.transparent().allocate(bytes(), JsonPages.PAGE);
    return new Memory(
        "transparent",
        limited,
        arena,
        (page, content) ->
            segment.asSlice(ArenaPages.offset(page), JsonPages.PAGE).copyFrom(content),
        offset -> (long) LONG.getOpaque(segment, offset),
        (offset, word) -> {
          LONG.setOpaque(segment, offset, word);
          return word;
        });
  }

  private static Memory checked(boolean limited) {
    CompressedArena arena = open(limited);
    Region region = arena.allocateRegion(bytes());
    Cursor cursor = region.cursor();
    return new Memory(
        "checked",
        limited,
        arena,
        (page, content) -> cursor.copyFrom(ArenaPages.offset(page), content, 0, JsonPages.PAGE),
        cursor::getLong,
        (offset, word) -> {
          cursor.setLong(offset, word);
          return word;
        });
  }

  private static long bytes() {
    return ArenaPages.offset(PAGES);
  }

  private interface Filler {
    void put(int page, MemorySegment content);
  }

  /** One arena, the ways to get at its memory, and what its touches took. */
  private static final class Memory {
    private final String name;
    private final boolean limited;
    private final CompressedArena arena;
    private final Filler filler;
    private final LongUnaryOperator read;
    private final LongBinaryOperator write;
    private final long[] nanos = new long[BLOCK];
    private Latencies times = new Latencies();
    private ArenaStats before;
    private long cpuNanos;
    private long touches;

    Memory(
        String kind,
        boolean limited,
        CompressedArena arena,
        Filler filler,
        LongUnaryOperator read,
        LongBinaryOperator write) {
      this.name = kind + (limited ? ", budget" : "");
      this.limited = limited;
      this.arena = arena;
      this.filler = filler;
      this.read = read;
      this.write = write;
      this.before = arena.stats();
    }

    void fill(JsonPages contents) {
      long start = System.nanoTime();
      for (int page = 0; page < PAGES; page++) {
        filler.put(page, contents.template(page));
        long _ = write.applyAsLong(ArenaPages.offset(page), JsonPages.firstWord(page));
      }
      double micros = (System.nanoTime() - start) / 1e3 / PAGES;
      System.out.printf(Locale.ROOT, "filled: %-20s %.2f µs a page%n", name, micros);
    }

    void begin() {
      times = new Latencies();
      before = arena.stats();
      cpuNanos = 0;
      touches = 0;
    }

    void touch(int[] pages, boolean counts) {
      long cpu = ThreadCpuClock.processNanos();
      for (int i = 0; i < pages.length; i++) {
        long offset = ArenaPages.offset(pages[i]);
        long expected = JsonPages.firstWord(pages[i]);
        long start = System.nanoTime();
        long word = i % 4 == 0 ? write.applyAsLong(offset, expected) : read.applyAsLong(offset);
        nanos[i] = System.nanoTime() - start;
        if (word != expected) {
          throw new IllegalStateException("page " + pages[i] + " came back wrong");
        }
      }
      touches += pages.length;
      cpuNanos += ThreadCpuClock.processNanos() - cpu;
      if (counts) {
        times.add(nanos);
      }
    }

    void print(String pattern, Latencies baseline) {
      times.print(pattern + ": " + name, baseline);
      if (limited) {
        ArenaStats stats = arena.stats();
        ArenaStats.Budget budget = stats.budget();
        System.out.printf(
            Locale.ROOT,
            "  %.1f %% of touches restored a page, %.2f %% waited for room; %d pages beyond the"
                + " budget, %d KiB at most; %.2f µs of CPU a touch, all threads%n",
            100.0 * (stats.restores().demand() - before.restores().demand()) / touches,
            100.0 * (budget.waits() - before.budget().waits()) / touches,
            budget.overshoots() - before.budget().overshoots(),
            budget.highestOvershoot() >> 10,
            cpuNanos / 1e3 / touches);
      }
    }
  }
}
