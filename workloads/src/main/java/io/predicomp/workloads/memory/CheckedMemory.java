package io.predicomp.workloads.memory;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Phase;
import io.predicomp.arena.Region;

/** A region that threads reach through cursors. */
final class CheckedMemory extends ArenaMemory {
  private final Region region;

  CheckedMemory(CompressedArena arena, long bytes) {
    super(arena, bytes);
    this.region = arena.allocateRegion(bytes);
  }

  @Override
  public TouchTarget target() {
    return new ArenaTarget(region.cursor());
  }

  @Override
  public void hint(Phase phase) {
    region.hint(phase);
  }

  @Override
  void compress(long offset, long length) {
    region.compress(offset, length);
  }

  @Override
  public double residentShare(long offset, long length) {
    int pageBytes = region.pageBytes();
    long resident = 0;
    for (long at = offset; at < offset + length; at += pageBytes) {
      resident += region.isResident(at) ? pageBytes : 0;
    }
    return (double) resident / length;
  }
}
