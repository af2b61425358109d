package io.predicomp.arena.pool;

import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.lang.foreign.MemorySegment;

/** The pool's reserved mapping: takes memory by being touched, gives it back by discarding. */
final class PoolMemory implements AutoCloseable {
  private final Mapping mapping;

  PoolMemory(long bytes) {
    // A huge page would hold 2 MiB for one slab, and a child of fork would double the pool.
    mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
  }

  MemorySegment segment() {
    return mapping.segment();
  }

  long address() {
    return mapping.address();
  }

  /** Faults a range in, if the kernel will; otherwise each of its pages does so when touched. */
  void populate(long offset, long length) {
    mapping.populate(offset, length);
  }

  void discard(long offset, long length) {
    mapping.discard(offset, length);
  }

  @Override
  public void close() {
    mapping.close();
  }
}
