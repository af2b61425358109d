package io.predicomp.arena.pool;

import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import java.lang.foreign.MemorySegment;

/**
 * The pool's reserved mapping: takes memory by being touched, gives it back by discarding. Tests
 * replace the calls, which the kernel may refuse.
 */
class PoolMemory implements AutoCloseable {
  private final Mapping mapping;

  PoolMemory(long bytes) {
    // A huge page would hold 2 MiB for one slab, and a child of fork would double the pool.
    mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
  }

  final MemorySegment segment() {
    return mapping.segment();
  }

  final long address() {
    return mapping.address();
  }

  /** Faults a range in, if the kernel will; otherwise each of its pages does so when touched. */
  void populate(long offset, long length) {
    mapping.populate(offset, length);
  }

  /**
   * Gives a range back; it reads as zero afterwards.
   *
   * @throws io.predicomp.os.ErrnoException if the kernel refuses, having given back a part perhaps
   */
  void discard(long offset, long length) {
    mapping.discard(offset, length);
  }

  @Override
  public final void close() {
    mapping.close();
  }
}
