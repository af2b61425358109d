package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A region on a compressed arena of its own. */
public abstract sealed class ArenaMemory implements TouchMemory
    permits CheckedMemory, TransparentMemory {
  /** A few milliseconds of compression. */
  private static final long PIECE_BYTES = 1 << 20;

  private final CompressedArena arena;
  private final long bytes;

  /** Where compression goes on, bytes from the start of the region. */
  private long next;

  ArenaMemory(CompressedArena arena, long bytes) {
    this.arena = arena;
    this.bytes = bytes;
  }

  /**
   * Opens an arena with a region.
   *
   * @param bytes size of the region, a multiple of the page
   * @throws OutOfMemoryError if the kernel refuses
   * @throws UnsupportedOperationException if that access is not available with these settings
   */
  public static ArenaMemory open(ArenaAccess access, ArenaConfig config, long bytes) {
    CompressedArena arena = CompressedArena.open(config);
    try {
      return switch (access) {
        case CHECKED -> new CheckedMemory(arena, bytes);
        case TRANSPARENT -> new TransparentMemory(arena, bytes);
      };
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  /** Compresses the pages of a part of the region, whole pages. */
  abstract void compress(long offset, long length);

  @Override
  public final void compress(BooleanSupplier goOn) {
    for (long left = bytes; left > 0 && goOn.getAsBoolean(); ) {
      long length = Math.min(PIECE_BYTES, bytes - next);
      compress(next, length);
      next = next + length == bytes ? 0 : next + length;
      left -= length;
    }
  }

  @Override
  public final Optional<ArenaStats> stats() {
    return Optional.of(arena.stats());
  }

  @Override
  public final void close() {
    arena.close();
  }
}
