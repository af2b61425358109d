package io.predicomp.arena.stress;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/**
 * Several threads that together need more than the smallest budget allows: nothing is lost, nobody
 * waits for ever, and the budget holds. {@link #theCheckNoticesAnArenaThatIsOverItsBudget} shows
 * that the last of these can fail.
 */
class BudgetStressTest {
  private static final int PAGE = 4096;
  private static final int OWNERS = 3;
  private static final long BUDGET = mebibytes(1);

  @Test
  void ownersOfTwiceTheBudget() throws InterruptedException {
    try (CompressedArena arena = open(ArenaConfig.builder().residentBudget(BUDGET))) {
      Region region = arena.allocateRegion(2 * BUDGET);
      run("budget, owners", arena, owners(region), true);
    }
  }

  @Test
  void besideEverythingThatMovesPages() throws InterruptedException {
    try (CompressedArena arena = open(ArenaConfig.builder().residentBudget(BUDGET))) {
      Region region = arena.allocateRegion(BUDGET);
      Region loose = arena.allocateRegion(BUDGET);
      Crew crew =
          owners(region)
              .add("evictor", () -> arena::compressAll)
              .add("restorer", () -> random(loose, loose::restore))
              .add("discarder", () -> random(loose, loose::discard))
              .add("writer", () -> random(loose, (at, n) -> loose.fill(at, n, (byte) 5)))
              .add("pins", () -> random(loose, (at, n) -> pin(loose, at, n)))
              .add("allocator", () -> () -> allocate(arena));
      run("budget, all movers", arena, crew, true);
    }
  }

  @Test
  void besideTheLoops() throws InterruptedException {
    LoopConfig eager =
        new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 16, true);
    try (CompressedArena arena =
        open(ArenaConfig.builder().residentBudget(BUDGET).autoloops(eager))) {
      Region region = arena.allocateRegion(2 * BUDGET);
      run("budget, loops", arena, owners(region), true);
      assertEquals("", arena.stats().loops().failure());
    }
  }

  /** Half of the pages cannot be compressed and are more than the budget alone. */
  @Test
  void besideWhatDoesNotCompress() throws InterruptedException {
    try (CompressedArena arena = open(ArenaConfig.builder().residentBudget(BUDGET))) {
      Region region = arena.allocateRegion(BUDGET);
      Region random = arena.allocateRegion(BUDGET + BUDGET / 2);
      SplittableRandom numbers = new SplittableRandom(1);
      byte[] page = new byte[PAGE];
      Crew crew =
          owners(region)
              .add(
                  "random",
                  () ->
                      random(
                          random,
                          (at, n) -> {
                            numbers.nextBytes(page);
                            random.copyFrom(at, page, 0, PAGE);
                          }));
      run("budget, incompressible", arena, crew, false);
      ArenaStats.Budget budget = arena.stats().budget();
      assertTrue(budget.overshoots() > 0);
      // What cannot be demoted, a pool with everything else, and a batch.
      assertTrue(
          budget.highest() <= random.byteSize() + BUDGET, () -> "more than is there: " + budget);
    }
  }

  @Test
  void manyVirtualThreads() throws InterruptedException {
    try (CompressedArena arena = open(ArenaConfig.builder().residentBudget(BUDGET))) {
      Region region = arena.allocateRegion(2 * BUDGET);
      int threads = 100;
      ConcurrentLinkedQueue<Integer> indexes = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < threads; i++) {
        indexes.add(i);
      }
      Crew crew =
          new Crew()
              .addVirtual(
                  "owner",
                  threads,
                  () -> {
                    WordOwner owner =
                        new WordOwner(
                            Words.plain(region), region.byteSize(), indexes.remove(), threads);
                    return () -> {
                      owner.round();
                      pass();
                    };
                  });
      run("budget, virtual threads", arena, crew, true);
    }
  }

  /** The same run and the same check on an arena whose budget is eight times as large. */
  @Test
  void theCheckNoticesAnArenaThatIsOverItsBudget() throws InterruptedException {
    try (CompressedArena arena = open(ArenaConfig.builder().residentBudget(8 * BUDGET))) {
      Region region = arena.allocateRegion(2 * BUDGET);
      owners(region).run(SoakTime.each(), () -> arena.stats().budget().highest() > BUDGET);
      assertThrows(AssertionError.class, () -> checkWithin(arena, BUDGET));
    }
  }

  private static CompressedArena open(ArenaConfig.Builder config) {
    return CompressedArena.open(config.checksums(true).build());
  }

  private static Crew owners(Region region) {
    Crew crew = new Crew();
    for (int i = 0; i < OWNERS; i++) {
      int index = i;
      crew.add(
          "owner " + i,
          () -> {
            PageAccess access = index == 0 ? region : region.cursor();
            return new WordOwner(Words.plain(access), region.byteSize(), index, OWNERS)::round;
          });
    }
    return crew;
  }

  private static void run(String test, CompressedArena arena, Crew crew, boolean within)
      throws InterruptedException {
    if (within) {
      crew.add(
          "watch",
          () ->
              () -> {
                checkWithin(arena, BUDGET);
                Thread.sleep(1);
              });
    }
    crew.run(
        SoakTime.each(),
        () ->
            Exposure.isEnough(arena)
                && arena.stats().budget().demotedWaiting() > 200
                && (within || arena.stats().budget().overshoots() > 0));
    ArenaStats stats = arena.stats();
    Exposure.print(test, arena, 0);
    System.out.println(test + ": " + stats.budget());
    assertEquals(stats.residentBytes() + stats.poolBytes(), stats.budget().held());
  }

  private static void checkWithin(CompressedArena arena, long limit) {
    ArenaStats.Budget budget = arena.stats().budget();
    if (budget.highest() > limit || budget.overshoots() > 0) {
      throw new AssertionError("over the budget of " + limit + ": " + budget);
    }
  }

  private static void pin(Region region, long at, long bytes) {
    try (PinnedRange range = region.pin(at, bytes)) {
      range.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    } catch (OutOfMemoryError e) {
      // Others pin as well.
    }
  }

  private static void allocate(CompressedArena arena) {
    try (Region region = arena.allocateRegion(16 * PAGE)) {
      region.fill(0, region.byteSize(), (byte) 1);
    }
  }

  private interface Move {
    void run(long at, long bytes);
  }

  private static Crew.Round random(Region region, Move move) {
    SplittableRandom random = new SplittableRandom(7);
    return () -> {
      int page = random.nextInt((int) (region.byteSize() / PAGE));
      int pages = random.nextInt(1, 16);
      long at = (long) page * PAGE;
      move.run(at, Math.min((long) pages * PAGE, region.byteSize() - at));
    };
  }

  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread lets others run
  private static void pass() {
    Thread.yield();
  }
}
