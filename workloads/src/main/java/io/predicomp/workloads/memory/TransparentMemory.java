package io.predicomp.workloads.memory;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.MemorySegment;

/** A plain segment whose cold pages leave memory and come back under the touch. */
final class TransparentMemory extends ArenaMemory {
  private final TransparentArena memory;
  private final MemorySegment segment;

  TransparentMemory(CompressedArena arena, long bytes) {
    super(arena, bytes);
    this.memory = arena.transparent();
    this.segment = memory.allocate(bytes, arena.config().pageBytes());
  }

  @Override
  public TouchTarget target() {
    return new PlainTarget(segment);
  }

  @Override
  void compress(long offset, long length) {
    memory.compress(segment.asSlice(offset, length));
  }

  @Override
  public double residentShare(long offset, long length) {
    return (double) Residency.residentBytes(segment.asSlice(offset, length)) / length;
  }
}
