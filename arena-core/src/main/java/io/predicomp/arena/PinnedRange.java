package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.RangePin;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of a region that stays in memory until closed, as a plain {@link MemorySegment}: accesses
 * cost what they cost anywhere, and the kernel may read and write it ({@code FileChannel},
 * sockets).
 *
 * <p>The segment dies with the range: an access after {@link #close()} throws {@link
 * IllegalStateException}. A range from {@link Region#pin} belongs to its thread; one from {@link
 * Region#pinShared} to all.
 *
 * <p>A range is some objects on the heap, about 300 bytes whatever its length, where accesses,
 * copies and fills through the region allocate nothing.
 */
public final class PinnedRange implements AutoCloseable {
  private final Region region;
  private final RangePin pin;
  private final Arena scope;
  private final MemorySegment segment;

  private PinnedRange(Region region, RangePin pin, Arena scope, MemorySegment segment) {
    this.region = region;
    this.pin = pin;
    this.scope = scope;
    this.segment = segment;
  }

  static PinnedRange open(
      Region region, long offset, long length, boolean writable, boolean shared) {
    PageTable table = region.table();
    table.checkRange(offset, length);
    if (length == 0) {
      throw new IllegalArgumentException("length is 0, at least 1 byte can be pinned");
    }
    int first = (int) (offset / table.pageBytes());
    int count = (int) ((offset + length - 1) / table.pageBytes()) - first + 1;
    region.acquire();
    RangePin pin = null;
    try {
      pin = RangePin.take(table, first, count, writable);
      Arena scope = scope(shared);
      MemorySegment view = AddressSpace.view(table.base() + offset, length, scope);
      return new PinnedRange(region, pin, scope, writable ? view : view.asReadOnly());
    } catch (Throwable t) {
      if (pin != null) {
        pin.release();
      }
      region.release();
      throw t;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the range closes it
  private static Arena scope(boolean shared) {
    return shared ? Arena.ofShared() : Arena.ofConfined();
  }

  /** The pinned bytes; read-only if the range was pinned so. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Lets the pages be compressed again. Closing twice does nothing.
   *
   * @throws WrongThreadException if the range belongs to another thread; it stays pinned then
   */
  @Override
  public void close() {
    if (!scope.scope().isAlive()) {
      return;
    }
    scope.close(); // first, so that no access is left when the pages may go
    pin.release();
    region.release();
  }
}
