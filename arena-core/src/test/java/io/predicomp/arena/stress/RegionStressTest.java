package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Words with one owner each, beside an evictor at full speed: on 16 pages everything collides, on
 * 512 pages everything turns over. {@link io.predicomp.arena.page.NegativeControlsTest} shows that
 * the same checks notice what is broken.
 *
 * <p>{@code mvn -Psoak -pl arena-core -am verify -Dpredicomp.soak.seconds=300} runs each for 300 s.
 */
class RegionStressTest {
  private static final int PAGE = 4096;
  private static final int OWNERS = 3;

  @Test
  void cursorsOnFewPages() throws InterruptedException {
    owners("cursors, 16 pages", 16, RegionStressTest::throughACursor, new Crew());
  }

  @Test
  void cursorsOnManyPagesWithCollections() throws InterruptedException {
    Crew crew = new Crew().add("garbage", Garbage::new);
    owners("cursors, 512 pages, GC", 512, RegionStressTest::throughACursor, crew);
  }

  @Test
  void regionOnFewPages() throws InterruptedException {
    owners("region, 16 pages", 16, Words::plain, new Crew());
  }

  @Test
  void regionOnManyPages() throws InterruptedException {
    owners("region, 512 pages", 512, Words::plain, new Crew());
  }

  /** A write is a read as well, in the same access. */
  @Test
  void additionsThroughCursorsAndRegion() throws InterruptedException {
    AtomicInteger index = new AtomicInteger();
    owners(
        "additions, 16 pages",
        16,
        region -> Words.added(index.getAndIncrement() == 0 ? region : region.cursor()),
        new Crew());
  }

  /** Writes go to the raw segments of pinned ranges. */
  @Test
  void pinnedRangesOnFewPages() throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(16 * PAGE);
      List<WordOwner> owners = new ArrayList<>();
      Crew crew = new Crew().add("evictor", () -> arena::compressAll);
      for (int i = 0; i < OWNERS; i++) {
        int index = i;
        crew.add(
            "owner " + i,
            () -> {
              WordOwner owner =
                  new WordOwner(new PinnedWords(region), region.byteSize(), index, OWNERS);
              synchronized (owners) {
                owners.add(owner);
              }
              return owner::round;
            });
      }
      crew.run(SoakTime.each(), () -> Exposure.isEnough(arena));
      owners.forEach(WordOwner::checkAll);
      Exposure.print(
          "pinned ranges, 16 pages", arena, owners.stream().mapToLong(WordOwner::accesses).sum());
    }
  }

  @Test
  void everythingThatMovesPages() throws InterruptedException {
    ArenaConfig config = ArenaConfig.builder().checksums(true).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      Region region = arena.allocateRegion(128 * PAGE);
      Region loose = arena.allocateRegion(64 * PAGE);
      Crew crew =
          new Crew()
              .add("restorer", () -> new PageRounds(region, region::restore))
              .add("loose writer", () -> new PageRounds(loose, (at, n) -> scribble(loose, at)))
              .add("discarder", () -> new PageRounds(loose, loose::discard))
              .add("compactor", () -> arena::compactPool);
      owners("all movers, 128 pages", arena, region, RegionStressTest::throughACursor, crew);
    }
  }

  @Test
  void poolUnderPressure() throws InterruptedException {
    ArenaConfig config =
        ArenaConfig.builder()
            .poolLimit(ArenaConfig.mebibytes(1))
            .keepCopiesBelowPercent(100)
            .checksums(true)
            .build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      Region filler = arena.allocateRegion(ArenaConfig.mebibytes(3));
      fillHalfRandom(filler);
      Region region = arena.allocateRegion(64 * PAGE);
      Crew crew =
          new Crew()
              .add("filler", () -> new PageRounds(filler, (at, n) -> filler.setByte(at, (byte) 1)));
      owners("full pool, 64 pages", arena, region, RegionStressTest::throughACursor, crew);
    }
  }

  @Test
  void moreVirtualThreadsThanSlots() throws InterruptedException {
    int threads = 600;
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(64 * PAGE);
      AtomicInteger index = new AtomicInteger();
      ConcurrentLinkedQueue<WordOwner> owners = new ConcurrentLinkedQueue<>();
      Crew crew =
          new Crew()
              .addVirtual(
                  "owner",
                  threads,
                  () -> {
                    WordOwner owner =
                        new WordOwner(
                            Words.plain(region),
                            region.byteSize(),
                            index.getAndIncrement(),
                            threads);
                    owners.add(owner);
                    return () -> {
                      owner.round();
                      // Otherwise the first two would never leave the processors to the others.
                      pass();
                    };
                  })
              .add("evictor", () -> arena::compressAll);
      crew.run(SoakTime.each(), () -> Exposure.isEnough(arena) && owners.size() == threads);
      owners.forEach(WordOwner::checkAll);
      Exposure.print(
          "virtual threads, 64 pages", arena, owners.stream().mapToLong(WordOwner::accesses).sum());
    }
  }

  @Test
  void sumsAreExact() throws InterruptedException {
    int counters = 200;
    int spacing = 16 * PAGE / counters / Long.BYTES * Long.BYTES;
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(16 * PAGE);
      LongAdder added = new LongAdder();
      Crew crew = new Crew().add("evictor", () -> arena::compressAll);
      for (int i = 0; i < OWNERS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        crew.add(
            "adder " + i,
            () -> {
              PageAccess access = random.nextBoolean() ? region : region.cursor();
              return () -> {
                long at = (long) random.nextInt(counters) * spacing;
                switch (random.nextInt(3)) {
                  case 0 -> access.getAndAddLong(at, 1);
                  case 1 -> access.getAndAddInt(at, 1);
                  default -> {
                    long old = access.getLongAcquire(at);
                    while (!access.compareAndSetLong(at, old, old + 1)) {
                      old = access.getLongVolatile(at);
                    }
                  }
                }
                added.increment();
              };
            });
      }
      crew.run(SoakTime.each(), () -> Exposure.isEnough(arena));
      long sum = 0;
      for (int i = 0; i < counters; i++) {
        sum += region.getLong((long) i * spacing);
      }
      assertEquals(added.sum(), sum);
      Exposure.print("atomic adders, 16 pages", arena, added.sum());
    }
  }

  @Test
  void bulkCopies() throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(64 * PAGE);
      List<SpanOwner> owners = new ArrayList<>();
      Crew crew = new Crew().add("evictor", () -> arena::compressAll);
      for (int i = 0; i < OWNERS; i++) {
        SpanOwner owner = new SpanOwner(region, i, OWNERS);
        owners.add(owner);
        crew.add("copier " + i, () -> owner::round);
      }
      crew.run(SoakTime.each(), () -> Exposure.isEnough(arena));
      owners.forEach(SpanOwner::checkAll);
      Exposure.print(
          "bulk copies, 64 pages", arena, owners.stream().mapToLong(SpanOwner::copies).sum());
    }
  }

  private static Words throughACursor(Region region) {
    return Words.plain(region.cursor());
  }

  private static void owners(String test, int pages, Function<Region, Words> words, Crew crew)
      throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      owners(test, arena, arena.allocateRegion((long) pages * PAGE), words, crew);
    }
  }

  private static void owners(
      String test, CompressedArena arena, Region region, Function<Region, Words> words, Crew crew)
      throws InterruptedException {
    ConcurrentLinkedQueue<WordOwner> owners = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < OWNERS; i++) {
      int index = i;
      crew.add(
          "owner " + i,
          () -> {
            WordOwner owner = new WordOwner(words.apply(region), region.byteSize(), index, OWNERS);
            owners.add(owner);
            return owner::round;
          });
    }
    crew.add("watch", () -> new WordWatch(Words.ordered(region), region.byteSize())::round);
    crew.add("evictor", () -> arena::compressAll);
    crew.run(SoakTime.each(), () -> Exposure.isEnough(arena));
    Exposure.print(test, arena, owners.stream().mapToLong(WordOwner::accesses).sum());
  }

  private static void scribble(Region region, long at) {
    region.setLong(at, at);
    region.setLong(at + 64, ~at);
  }

  private static void fillHalfRandom(Region region) {
    SplittableRandom random = new SplittableRandom(1);
    byte[] half = new byte[PAGE / 2];
    for (long at = 0; at < region.byteSize(); at += PAGE) {
      random.nextBytes(half);
      region.copyFrom(at, half, 0, half.length);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread lets others run
  private static void pass() {
    Thread.yield();
  }

  /** Something to be done to one page. */
  private interface PageAction {
    void run(long offset, long length);
  }

  /** Does it to a random page each round. */
  private static final class PageRounds implements Crew.Round {
    private final SplittableRandom random = new SplittableRandom(3);
    private final Region region;
    private final PageAction action;

    PageRounds(Region region, PageAction action) {
      this.region = region;
      this.action = action;
    }

    @Override
    public void run() {
      action.run((long) random.nextInt(region.pageCount()) * PAGE, PAGE);
    }
  }

  /** Keeps the collector busy: short-lived objects, some of which survive a while. */
  private static final class Garbage implements Crew.Round {
    private final byte[][] survivors = new byte[256][];
    private int next;

    @Override
    public void run() {
      for (int i = 0; i < 64; i++) {
        byte[] fresh = new byte[8192];
        if (i == 0) {
          survivors[next++ % survivors.length] = fresh;
        }
      }
      if (next % 200 == 0) {
        System.gc();
      }
    }
  }
}
