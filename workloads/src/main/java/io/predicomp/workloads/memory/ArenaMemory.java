package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Region;
import java.util.Optional;

/** One region of a compressed arena. */
public final class ArenaMemory implements TouchMemory {
  private final CompressedArena arena;
  private final Region region;

  /**
   * @param bytes size of the region
   * @throws OutOfMemoryError if the kernel refuses
   */
  public ArenaMemory(ArenaConfig config, long bytes) {
    this.arena = CompressedArena.open(config);
    try {
      this.region = arena.allocateRegion(bytes);
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  @Override
  public TouchTarget target() {
    return new ArenaTarget(region.cursor());
  }

  @Override
  public long compressAll() {
    return arena.compressAll();
  }

  @Override
  public Optional<ArenaStats> stats() {
    return Optional.of(arena.stats());
  }

  @Override
  public void close() {
    arena.close();
  }
}
