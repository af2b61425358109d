package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Region;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One region of a compressed arena. */
public final class ArenaMemory implements TouchMemory {
  /** A few milliseconds of compression. */
  private static final long PIECE_BYTES = 1 << 20;

  private final CompressedArena arena;
  private final Region region;

  /** Where compression goes on, bytes from the start of the region. */
  private long next;

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
  public void compress(BooleanSupplier goOn) {
    for (long left = region.byteSize(); left > 0 && goOn.getAsBoolean(); ) {
      long length = Math.min(PIECE_BYTES, region.byteSize() - next);
      region.compress(next, length);
      next = next + length == region.byteSize() ? 0 : next + length;
      left -= length;
    }
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
