package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** An anonymous mapping: what a program without arena would have. */
public final class PlainMemory implements TouchMemory {
  private final Mapping mapping;

  /**
   * @param bytes size of the region
   * @throws io.predicomp.os.ErrnoException if the kernel refuses
   */
  public PlainMemory(long bytes) {
    // Without huge pages, as the arena, whose resident bytes are compared with these.
    this.mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE);
  }

  @Override
  public TouchTarget target() {
    return new PlainTarget(mapping.segment());
  }

  @Override
  public void compress(BooleanSupplier goOn) {}

  @Override
  public Optional<ArenaStats> stats() {
    return Optional.empty();
  }

  @Override
  public void close() {
    mapping.close();
  }
}
