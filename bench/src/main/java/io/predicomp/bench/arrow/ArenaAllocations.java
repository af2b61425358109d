package io.predicomp.bench.arrow;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;

/**
 * Gives Arrow its memory from {@link Arena}s: an arena of its own to each buffer, because Arrow
 * counts references to buffers, and closes the one that nobody refers to any more.
 *
 * <p>The arenas outlive the allocator, which Arrow asks to be closed after its vectors: close
 * vectors, then the allocator, then what the arenas come from.
 *
 * <p>Thread-safe if the supplier is.
 */
public final class ArenaAllocations implements AllocationManager.Factory {
  /** Arrow's vectors read and write words of 8 bytes; its format recommends cache lines. */
  private static final long ALIGNMENT = 64;

  private final Supplier<? extends Arena> arenas;
  private final ArrowBuf empty = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

  /**
   * Buffers from such arenas.
   *
   * @param arenas gives an open arena at each call, whose segments any thread may access
   */
  public ArenaAllocations(Supplier<? extends Arena> arenas) {
    this.arenas = arenas;
  }

  /** {@return an allocator whose buffers come from such arenas, without a limit} */
  public static BufferAllocator allocator(Supplier<? extends Arena> arenas) {
    return new RootAllocator(
        RootAllocator.configBuilder()
            .allocationManagerFactory(new ArenaAllocations(arenas))
            .build());
  }

  @Override
  public AllocationManager create(BufferAllocator accounting, long bytes) {
    return new Allocation(accounting, arenas.get(), bytes);
  }

  @Override
  public ArrowBuf empty() {
    return empty;
  }

  private static final class Allocation extends AllocationManager {
    private final Arena arena;
    private final MemorySegment memory;

    Allocation(BufferAllocator accounting, Arena arena, long bytes) {
      super(accounting);
      this.arena = arena;
      try {
        memory = arena.allocate(bytes, ALIGNMENT);
      } catch (Throwable t) {
        arena.close();
        throw t;
      }
    }

    @Override
    public long getSize() {
      return memory.byteSize();
    }

    @Override
    protected long memoryAddress() {
      return memory.address();
    }

    @Override
    protected void release0() {
      arena.close();
    }
  }
}
