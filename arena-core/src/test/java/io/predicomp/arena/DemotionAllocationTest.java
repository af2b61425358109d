package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pages leave memory and come back without anything being allocated on the heap. */
class DemotionAllocationTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 1024;

  /** Pages written before each call: of other compressed sizes than before, so that holes come. */
  private static final int WRITTEN = 16;

  private static final int STEPS = 1_000;

  private final SplittableRandom random = new SplittableRandom(1);

  private void write(Region region, int page) {
    long offset = (long) page * PAGE;
    long end = offset + random.nextInt(1000, 3400);
    for (long at = offset; at < end; at += Long.BYTES) {
      region.setLong(at, random.nextLong());
    }
    region.fill(end, offset + PAGE - end, (byte) 0);
  }

  @Test
  void scatteredDemotionWithCompactionAllocatesNothing() {
    try (CompressedArena arena = CompressedArena.open(ArenaConfig.builder().build())) {
      Region region = arena.allocateRegion((long) PAGES * PAGE);
      for (int page = 0; page < PAGES; page++) {
        write(region, page);
      }
      assertEquals(PAGES, region.compress());

      long bytes =
          AllocatedBytes.fewest(
              STEPS,
              () -> {
                for (int i = 0; i < WRITTEN; i++) {
                  write(region, random.nextInt(PAGES));
                }
                region.compress();
              },
              AllocatedBytes.PATIENCE_NANOS);

      assertEquals(0, bytes, "bytes in " + STEPS + " calls");
      assertEquals(0, arena.stats().pages().resident());
      assertTrue(arena.stats().pool().compactions() > STEPS / 10, arena.stats().toString());
    }
  }
}
