package io.predicomp.arena;

import io.predicomp.os.SystemPage;
import io.predicomp.os.process.ProcessLimits;
import io.predicomp.os.process.ProcessLimits.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Allocates regions until the kernel refuses memory, as it does under a limit of this process's
 * address space. What was there before stays right, pages leave memory and come back, and once
 * something is given up, allocation goes on.
 */
public final class MemoryExhaustion {
  private static final int PAGE = 4096;
  private static final int REGION_BYTES = 8 << 20;

  /** Address space for a handful of regions; what a last one does not fit into is the JVM's. */
  private static final long LEFT_BYTES = 60L << 20;

  private MemoryExhaustion() {}

  public static void main(String[] args) throws IOException {
    rehearse();
    try (CompressedArena arena = CompressedArena.open()) {
      List<Region> regions = new ArrayList<>();
      ProcessLimits.Lowered limit =
          ProcessLimits.lower(Resource.ADDRESS_SPACE, addressSpace() + LEFT_BYTES);
      try (limit) {
        fill(arena, regions);
        check(regions);
        arena.compressAll();
        require(arena.stats().pages().compressed() > 0, "nothing left memory");
        check(regions);
        requireNoArena();

        Region given = regions.removeFirst();
        given.close();
        int before = regions.size();
        fill(arena, regions);
        require(regions.size() == before + 1, regions.size() + " regions, before " + before);
        check(regions);
      }
      fillOne(arena, regions); // there is no limit any more
      check(regions);
      System.out.println(regions.size() + " regions, nothing lost");
    }
  }

  /** What the JVM needs for all this, classes and codecs above all, it has afterwards. */
  private static void rehearse() throws IOException {
    addressSpace();
    try (CompressedArena arena =
        CompressedArena.open(ArenaConfig.builder().pageBytes(65_536).build())) {
      List<Region> regions = new ArrayList<>();
      fillOne(arena, regions);
      arena.compressAll();
      arena.stats();
      check(regions);
      regions.removeFirst().close();
      requireRefused(() -> arena.allocateRegion(65_536L * (Integer.MAX_VALUE - 8)), "region");
    }
  }

  /** Fills regions until the next one is refused, which must be said as it should be. */
  private static void fill(CompressedArena arena, List<Region> regions) {
    requireRefused(
        () -> {
          while (true) {
            fillOne(arena, regions);
          }
        },
        "region");
    require(!regions.isEmpty(), "not one region");
  }

  private static void requireNoArena() {
    requireRefused(() -> CompressedArena.open().close(), "pool");
  }

  private static void requireRefused(Runnable action, String what) {
    try {
      action.run();
    } catch (OutOfMemoryError e) {
      String message = e.getMessage();
      require(message.startsWith("cannot ") && message.contains(what), message);
      require(message.contains("address space"), message);
      return;
    }
    throw new AssertionError("nothing was refused");
  }

  private static void fillOne(CompressedArena arena, List<Region> regions) {
    Region region = arena.allocateRegion(REGION_BYTES);
    regions.add(region);
    for (int at = 0; at < REGION_BYTES; at += PAGE / 2) {
      region.setLong(at, word(region, at));
    }
  }

  private static void check(List<Region> regions) {
    for (Region region : regions) {
      for (int at = 0; at < REGION_BYTES; at += PAGE / 2) {
        require(region.getLong(at) == word(region, at), "wrong content at " + at);
      }
    }
  }

  private static long word(Region region, int at) {
    return (region.table().firstPage() * REGION_BYTES + at) * 0x9E3779B97F4A7C15L;
  }

  private static long addressSpace() throws IOException {
    String statm = Files.readString(Path.of("/proc/self/statm"));
    return Long.parseLong(statm.substring(0, statm.indexOf(' '))) * SystemPage.SIZE;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
