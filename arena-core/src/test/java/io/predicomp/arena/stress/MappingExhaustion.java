package io.predicomp.arena.stress;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Region;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Takes every mapping that {@code vm.max_map_count} grants this process, gives them back one by
 * one, and opens arenas and regions at each step, so that every mapping they need fails once. What
 * was there before stays right throughout, and nothing is left over in the end.
 */
public final class MappingExhaustion {
  private static final int PAGE = 4096;
  private static final int PAGES = 64;

  private int refused;

  private MappingExhaustion() {}

  public static void main(String[] args) throws IOException {
    new MappingExhaustion().run(Integer.parseInt(args[0]));
  }

  private void run(int mostMappings) throws IOException {
    rehearse();
    try (CompressedArena arena = CompressedArena.open()) {
      Region before = arena.allocateRegion(PAGE);
      Region data = arena.allocateRegion(PAGES * PAGE);
      Region behind = arena.allocateRegion(PAGE);
      write(data);
      data.compress(0, data.byteSize() / 2);
      long mappings = mappings();
      try (MappingFiller filler = new MappingFiller(mostMappings)) {
        int steps = 0;
        for (; !opens(); steps++) {
          check(filler.giveOneBack(), "still refused after " + steps + " mappings were free");
          check(data); // compressed pages come back, and leave again
          data.compress();
        }
        check(refused > 0, "nothing was refused");
        filler.takeAll();
        data.compress();
        check(data);
        behind.close();
        before.close();
        data.close();
      }
      long left = mappings();
      check(left <= mappings, left + " mappings are left of " + mappings);
      arena.allocateRegion(PAGE).setLong(0, 1);
    }
    System.out.println(refused + " attempts refused, nothing lost");
  }

  /** What the JVM needs for all this, classes above all, it has afterwards. */
  private static void rehearse() throws IOException {
    open().close();
    mappings();
    try {
      Mapping.anonymous(1L << 48).close();
      throw new AssertionError("more than there are addresses");
    } catch (ErrnoException e) {
      check(e.isOutOfMemory(), e.getMessage());
    }
  }

  private static CompressedArena open() {
    CompressedArena arena =
        CompressedArena.open(ArenaConfig.builder().poolLimit(ArenaConfig.mebibytes(1)).build());
    try {
      Region region = arena.allocateRegion(PAGE);
      region.setLong(0, 1);
      region.compress();
      check(region.getLong(0) == 1, "a fresh region");
      return arena;
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  /** Whether all of it could be had; if not, it must be said as it should be. */
  private boolean opens() {
    try {
      open().close();
      return true;
    } catch (OutOfMemoryError e) {
      check(e.getMessage().startsWith("cannot "), e.getMessage());
      check(e.getMessage().contains("vm.max_map_count"), e.getMessage());
      refused++;
      return false;
    }
  }

  private static void write(Region region) {
    for (int at = 0; at < region.byteSize(); at += Long.BYTES) {
      region.setLong(at, at * 31L);
    }
  }

  private static void check(Region region) {
    for (int at = 0; at < region.byteSize(); at += Long.BYTES) {
      check(region.getLong(at) == at * 31L, "wrong content at " + at);
    }
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static void check(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
