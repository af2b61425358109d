package io.predicomp.arena.stress;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.Region;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.TransparentPin;
import io.predicomp.arena.TransparentSupport;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Several threads that together need twice the budget of transparent memory: nothing is lost,
 * nobody waits for ever, the ledger is what the kernel counts, and the arena is within its budget
 * as soon as its threads let the keeper come to it. {@link
 * #theCheckNoticesAnArenaThatIsOverItsBudget} shows that the last of these can fail.
 */
class TransparentBudgetStressTest {
  private static final int PAGE = 4096;
  private static final int OWNERS = 3;
  private static final long BUDGET = mebibytes(1);

  /** One made by each owner's thread. */
  private final List<WordOwner> owners = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  @Test
  void ownersOfTwiceTheBudget() throws InterruptedException {
    try (CompressedArena arena = open(BUDGET)) {
      run("transparent budget, owners", arena, owners(allocate(arena)));
    }
  }

  /** A keeper that a collection stops must not stop the faults, for which the collection waits. */
  @Test
  void besideCollectionsAndEverythingThatMovesPages() throws InterruptedException {
    try (CompressedArena arena = open(BUDGET)) {
      MemorySegment words = allocate(arena);
      TransparentArena memory = arena.transparent();
      MemorySegment loose = memory.allocate(BUDGET, PAGE);
      Crew crew =
          owners(words)
              .add("evictor", () -> arena::compressAll)
              .add("restorer", () -> random(loose, memory::restore))
              .add("writer", () -> random(loose, segment -> segment.fill((byte) 5)))
              .add("pins", () -> random(loose, segment -> pin(memory, segment)))
              .add("churn", () -> TransparentBudgetStressTest::churn)
              .add("collector", () -> TransparentBudgetStressTest::collect);
      run("transparent budget, all movers", arena, crew);
    }
  }

  @Test
  void besideTheLoopsAndARegion() throws InterruptedException {
    LoopConfig eager =
        new LoopConfig(Duration.ofMillis(100), 50, 50, LoopConfig.Predictor.AUTO, 1, 16, true);
    try (CompressedArena arena =
        CompressedArena.open(
            ArenaConfig.builder()
                .residentBudget(BUDGET)
                .checksums(true)
                .autoloops(eager)
                .build())) {
      Region region = arena.allocateRegion(BUDGET);
      Crew crew = owners(allocate(arena));
      crew.add("region", () -> owner(Words.plain(region), region.byteSize(), 0, 1)::round);
      run("transparent budget, loops", arena, crew);
      assertEquals("", arena.stats().loops().failure());
    }
  }

  /** The same run and the same check on an arena whose budget is eight times as large. */
  @Test
  void theCheckNoticesAnArenaThatIsOverItsBudget() throws InterruptedException {
    try (CompressedArena arena = open(8 * BUDGET)) {
      owners(allocate(arena)).run(SoakTime.each(), () -> arena.stats().budget().highest() > BUDGET);
      assertFalse(isWithin(arena, BUDGET));
      assertTrue(isWithin(arena, 8 * BUDGET));
    }
  }

  private static CompressedArena open(long budget) {
    return CompressedArena.open(
        ArenaConfig.builder().residentBudget(budget).checksums(true).build());
  }

  private static MemorySegment allocate(CompressedArena arena) {
    return arena.transparent().allocate(2 * BUDGET, PAGE);
  }

  private Crew owners(MemorySegment segment) {
    Words words = Words.of(segment);
    Crew crew = new Crew();
    for (int i = 0; i < OWNERS; i++) {
      int index = i;
      crew.add("owner " + i, () -> owner(words, segment.byteSize(), index, OWNERS)::round);
    }
    return crew;
  }

  private WordOwner owner(Words words, long bytes, int index, int count) {
    WordOwner owner = new WordOwner(words, bytes, index, count);
    owners.add(owner);
    return owner;
  }

  private void run(String test, CompressedArena arena, Crew crew) throws InterruptedException {
    crew.run(
        SoakTime.each(),
        () -> Exposure.isEnough(arena) && arena.stats().budget().demotedWaiting() > 200);
    await(() -> isWithin(arena, BUDGET), arena);
    owners.forEach(WordOwner::checkAll);
    await(() -> isWithin(arena, BUDGET), arena);
    Exposure.print(test, arena, 0);
    System.out.println(test + ": " + arena.stats().budget());
    await(TransparentBudgetStressTest.isExact(arena), arena);
  }

  /** What is entered is what the kernel says is in memory, once nothing moves. */
  private static BooleanSupplier isExact(CompressedArena arena) {
    return () -> {
      ArenaStats stats = arena.stats();
      return stats.residentBytes() + stats.poolBytes() == stats.budget().held();
    };
  }

  private static boolean isWithin(CompressedArena arena, long limit) {
    return arena.stats().budget().held() <= limit;
  }

  private static void await(BooleanSupplier condition, CompressedArena arena)
      throws InterruptedException {
    for (int i = 0; !condition.getAsBoolean(); i++) {
      assertTrue(i < 120_000, () -> "not within 120 s: " + arena.stats().budget());
      Thread.sleep(1);
    }
  }

  private static void pin(TransparentArena memory, MemorySegment segment) {
    try (TransparentPin pin = memory.pin(segment)) {
      pin.segment().set(JAVA_LONG, 0, 1);
    } catch (OutOfMemoryError e) {
      // Others pin as well.
    }
  }

  private static void churn() {
    try (CompressedArena arena = open(BUDGET);
        TransparentArena memory = arena.openTransparent()) {
      memory.allocate(2 * BUDGET, PAGE).fill((byte) 3);
    }
  }

  private static void collect() throws InterruptedException {
    System.gc();
    Thread.sleep(10);
  }

  private interface Use {
    void run(MemorySegment segment);
  }

  private static Crew.Round random(MemorySegment all, Use use) {
    SplittableRandom random = new SplittableRandom(7);
    int pages = (int) (all.byteSize() / PAGE);
    return () -> {
      int page = random.nextInt(pages);
      int count = Math.min(random.nextInt(1, 16), pages - page);
      use.run(all.asSlice((long) page * PAGE, (long) count * PAGE));
    };
  }
}
