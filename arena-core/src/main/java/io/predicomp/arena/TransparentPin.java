package io.predicomp.arena;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the pages of a segment in memory until it is closed. Any thread may use and close it;
 * closing twice does nothing.
 */
public final class TransparentPin implements AutoCloseable {
  private final TransparentArena arena;
  private final MemorySegment segment;
  private final AtomicBoolean closed = new AtomicBoolean();

  TransparentPin(TransparentArena arena, MemorySegment segment) {
    this.arena = arena;
    this.segment = segment;
  }

  /** The pinned segment; read-only if it was pinned for reading. */
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.unpin(segment);
    }
  }
}
