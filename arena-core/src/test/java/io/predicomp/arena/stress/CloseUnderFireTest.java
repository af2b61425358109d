package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Closing while others read, write and move pages: each of them hears of it, none crashes. */
class CloseUnderFireTest {
  private static final int PAGE = 4096;

  @RepeatedTest(10)
  void region() throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(32 * PAGE);
      Region other = arena.allocateRegion(8 * PAGE);
      other.setLong(0, 42);
      fire(region, region::close);
      other.compress();
      assertEquals(42, other.getLong(0));
    }
  }

  @RepeatedTest(10)
  void arena() throws InterruptedException {
    CompressedArena arena = CompressedArena.open();
    Region region = arena.allocateRegion(32 * PAGE);
    fire(region, arena::close);
  }

  @RepeatedTest(20)
  void regionsAndArenaAtOnce() throws InterruptedException {
    CompressedArena arena = CompressedArena.open();
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Region region = arena.allocateRegion(256 * PAGE);
      for (long at = 0; at < region.byteSize(); at += 64) {
        region.setLong(at, at);
      }
      region.compress();
      regions.add(region);
    }
    List<Runnable> closes = new ArrayList<>(List.of(arena::close));
    regions.forEach(region -> closes.add(region::close));
    UnderFire.atOnce(closes);
    regions.forEach(region -> assertThrows(IllegalStateException.class, () -> region.getLong(64)));
    arena.close();
  }

  @Test
  void pinnedRangesKeepEverythingOpen() {
    CompressedArena arena = CompressedArena.open();
    Region region = arena.allocateRegion(4 * PAGE);
    Region other = arena.allocateRegion(4 * PAGE);
    other.setLong(0, 7);
    try (PinnedRange pin = region.pin(0, PAGE)) {
      assertThrows(IllegalStateException.class, region::close);
      assertThrows(IllegalStateException.class, arena::close);
      pin.segment().fill((byte) 1);
      assertEquals(1, region.getByte(5));
      assertEquals(7, other.getLong(0), "nothing is closed when the arena cannot be");
      region.pin(PAGE, PAGE).close();
    }
    region.close();
    region.close();
    arena.close();
    arena.close();
  }

  /** A close that is refused was never there: nobody hears of it, in no region. */
  @Test
  void aRefusedCloseIsSeenByNobody() throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region pinned = arena.allocateRegion(4 * PAGE);
      Region other = arena.allocateRegion(4 * PAGE);
      try (PinnedRange pin = pinned.pinShared(0, PAGE)) {
        assertEquals(PAGE, pin.segment().byteSize());
        AtomicLong refused = new AtomicLong();
        AtomicLong pins = new AtomicLong();
        Crew crew =
            new Crew()
                .add(
                    "closer",
                    () ->
                        () -> {
                          assertThrows(IllegalStateException.class, arena::close);
                          refused.incrementAndGet();
                        })
                .add(
                    "user",
                    () ->
                        () -> {
                          other.setLong(8, 1);
                          other.pin(0, PAGE).close();
                          other.compress();
                          other.restore(0, PAGE);
                          other.discard(PAGE, PAGE);
                          pinned.pinReadOnly(PAGE, PAGE).close();
                          pins.incrementAndGet();
                        });
        crew.run(Duration.ofMillis(300), () -> refused.get() > 1000 && pins.get() > 1000);
      }
    }
  }

  private static void fire(Region region, Runnable close) throws InterruptedException {
    UnderFire fire = new UnderFire();
    shooter(fire, region, Region::cursor, CloseUnderFireTest::readAndWrite);
    shooter(fire, region, r -> r, CloseUnderFireTest::readAndWrite);
    shooter(fire, region, r -> r, CloseUnderFireTest::copy);
    shooter(fire, region, Region::cursor, CloseUnderFireTest::add);
    shooter(fire, region, r -> r, (r, random) -> region.compress());
    shooter(fire, region, r -> r, (r, random) -> region.restore(0, region.byteSize()));
    shooter(fire, region, r -> r, (r, random) -> region.discard(0, 5 * PAGE));
    fire.close(() -> true, close);
    assertThrows(IllegalStateException.class, () -> region.getLong(0));
  }

  private interface Shot {
    void at(PageAccess access, SplittableRandom random);
  }

  private static void shooter(
      UnderFire fire, Region region, Function<Region, PageAccess> access, Shot shot) {
    fire.add(
        "shooter",
        () -> {
          PageAccess target = access.apply(region);
          SplittableRandom random = new SplittableRandom();
          return () -> shot.at(target, random);
        });
  }

  private static void readAndWrite(PageAccess access, SplittableRandom random) {
    long at = random.nextLong(access.byteSize() - Long.BYTES);
    access.setLong(at, access.getLong(at) + 1);
  }

  private static void copy(PageAccess access, SplittableRandom random) {
    byte[] bytes = new byte[3 * PAGE];
    long at = random.nextLong(access.byteSize() - bytes.length);
    access.copyTo(at, bytes, 0, bytes.length);
    access.copyFrom(at, bytes, 0, bytes.length);
    access.fill(at, 100, (byte) 3);
  }

  private static void add(PageAccess access, SplittableRandom random) {
    access.getAndAddLong(random.nextLong(access.byteSize() / Long.BYTES) * Long.BYTES, 1);
  }
}
