package io.predicomp.arena;

import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.transparent.TransparentMover;
import io.predicomp.arena.transparent.TransparentRegion;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link java.lang.foreign.Arena} whose cold pages may leave memory. Its segments are plain ones:
 * an access to a page in memory costs what it costs on any memory, and one to a page that is not
 * waits about 5 µs until the page is back. Lifetime, threads and errors are those of {@link
 * Arena#ofShared()}.
 *
 * <p><b>System calls</b>: the kernel does not restore pages for itself. A system call on memory
 * that is not there fails with EFAULT ({@code IOException: Bad address}), or transfers only the
 * part before, without a word; a datagram is lost. Use {@link PinnedTransfer}, or pin the segment
 * around every such call ({@link #pin} for memory that the call writes, {@link #pinReadOnly} for
 * memory that it reads), or use a heap buffer and {@link MemorySegment#copy}. Calls through JNI or
 * FFM into C code that only touches the memory need no pin.
 *
 * <p><b>{@link ArenaConfig.Builder#residentBudget}</b>: a fault that finds no room waits while a
 * thread of the arena demotes other pages. It does not wait for a thread that sleeps, as a
 * safepoint may have stopped it, or that finds nothing to demote: then the budget is exceeded until
 * it does ({@link ArenaStats.Budget} counts that). With a budget, memory never touched is as absent
 * to system calls as compressed one.
 *
 * <p>Not for threads that block SIGBUS. A debugger that reads the memory from outside fails on
 * pages that are not there. Children of fork do not inherit the memory. If a page cannot be
 * restored to what was written, the process ends with a message: an instruction cannot throw.
 *
 * <p>Thread-safe.
 */
public final class TransparentArena implements Arena {
  /** Small allocations share regions of this size, in bytes. */
  private static final long SHARED_BYTES = 1 << 20;

  /** What is larger gets a region of its own, in bytes. */
  private static final long LARGEST_SHARED = SHARED_BYTES / 8;

  /** Regions begin at multiples of it ({@code fault_region.c}). */
  private static final long REGION_ALIGNMENT = 2 << 20;

  private final TransparentMover mover;
  private final BiConsumer<AgedRegion, Phase> hints;
  private final Runnable onClose;
  private final Arena lifetime = Arena.ofShared();

  // Guarded by this.
  private final NavigableMap<Long, TransparentRegion> regions = new TreeMap<>(); // by address
  private @Nullable TransparentRegion shared;
  private long sharedUsed;
  private long pins;

  /**
   * An arena without memory yet.
   *
   * @param hints is told what the application says of a region
   * @param onClose run once, after it was closed
   */
  TransparentArena(TransparentMover mover, BiConsumer<AgedRegion, Phase> hints, Runnable onClose) {
    this.mover = mover;
    this.hints = hints;
    this.onClose = onClose;
  }

  /**
   * What keeps {@link CompressedArena#transparent()} from working with such settings on this
   * machine: a reason and its remedy, or nothing.
   */
  public static Optional<String> obstacle(ArenaConfig config) {
    return TransparentMover.obstacle(config.codec());
  }

  /**
   * Allocates zeroed memory.
   *
   * @throws IllegalArgumentException if {@code byteSize} is negative or {@code byteAlignment} is no
   *     power of two
   * @throws OutOfMemoryError if the kernel refuses the memory, or for 2³¹ − 9 pages and more
   * @throws IllegalStateException if the arena is closed
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (byteSize < 0) {
      throw new IllegalArgumentException("Invalid allocation size : " + byteSize);
    }
    if (byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1) {
      throw new IllegalArgumentException("Invalid alignment constraint : " + byteAlignment);
    }
    synchronized (this) {
      requireAlive();
      long address =
          byteSize <= LARGEST_SHARED && byteAlignment <= LARGEST_SHARED
              ? allocateShared(Math.max(1, byteSize), byteAlignment)
              : allocateOwn(byteSize, byteAlignment);
      return AddressSpace.view(address, byteSize, lifetime);
    }
  }

  private long allocateShared(long bytes, long alignment) {
    TransparentRegion region = shared;
    long offset = alignUp(sharedUsed, alignment);
    if (region == null || offset + bytes > region.byteSize()) {
      region = open(SHARED_BYTES);
      shared = region;
      offset = 0;
    }
    sharedUsed = offset + bytes;
    region.zero(region.base() + offset, bytes);
    return region.base() + offset;
  }

  private long allocateOwn(long bytes, long alignment) {
    long slack = alignment > REGION_ALIGNMENT ? alignment : 0;
    if (bytes > Long.MAX_VALUE - slack) {
      throw new OutOfMemoryError("cannot allocate " + bytes + " bytes aligned to " + alignment);
    }
    TransparentRegion region = open(bytes + slack);
    long address = alignUp(region.base(), alignment);
    region.zero(address, bytes);
    return address;
  }

  private TransparentRegion open(long bytes) {
    int pageBytes = mover.pageBytes();
    long pages = Math.ceilDiv(bytes, (long) pageBytes);
    if (pages > Integer.MAX_VALUE - 8) {
      throw new OutOfMemoryError(
          "cannot allocate "
              + bytes
              + " bytes at once, but up to "
              + (long) pageBytes * (Integer.MAX_VALUE - 8));
    }
    TransparentRegion region = map(bytes, (int) Math.max(1, pages));
    try {
      regions.put(region.base(), region);
      return region;
    } catch (Throwable t) {
      mover.close(region);
      throw t;
    }
  }

  private TransparentRegion map(long bytes, int pages) {
    try {
      return mover.open(pages);
    } catch (ErrnoException e) {
      throw CompressedArena.outOfMemory("cannot map " + bytes + " bytes", e);
    }
  }

  private static long alignUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }

  @Override
  public MemorySegment.Scope scope() {
    return lifetime.scope();
  }

  /**
   * Compresses the pages that lie wholly or partly in a segment of this arena. Pages that are
   * written meanwhile, or pinned, stay.
   *
   * @return pages that left memory
   * @throws IllegalArgumentException if the segment is not of this arena
   * @throws IllegalStateException if the arena is closed
   */
  public long compress(MemorySegment segment) {
    TransparentRegion region = regionOf(segment);
    long offset = segment.address() - region.base();
    long first = offset / region.pageBytes();
    long end = Math.ceilDiv(offset + segment.byteSize(), (long) region.pageBytes());
    return mover.demote(region, (int) first, (int) (end - first));
  }

  /** As {@link #compress(MemorySegment)} for all that was allocated. */
  public long compress() {
    List<TransparentRegion> all;
    synchronized (this) {
      requireAlive();
      all = List.copyOf(regions.values());
    }
    long demoted = 0;
    for (TransparentRegion region : all) {
      demoted += mover.demote(region, 0, region.pageCount());
    }
    return demoted;
  }

  /**
   * Brings the pages of a segment of this arena back before they are needed; with a {@code
   * residentBudget} as far as it holds them all, at the cost of other pages.
   *
   * @return pages restored
   * @throws CorruptPageException if a page cannot be restored to what was written
   * @throws IllegalArgumentException if the segment is not of this arena
   * @throws IllegalStateException if the arena is closed
   */
  public long restore(MemorySegment segment) {
    TransparentRegion region = regionOf(segment);
    return segment.byteSize() == 0
        ? 0
        : mover.restores().restore(region, segment.address(), segment.byteSize());
  }

  /**
   * Says what the application is about to do with an allocation, as {@link Region#hint}: after
   * {@link Phase#ACTIVE} background loops restore it at once, after {@link Phase#IDLE} they demote
   * what faults do not tell to be in use, without sending samples away first. Allocations of up to
   * 128 KiB share their hints with others. Without loops nothing happens. Waits for a batch of
   * demotion at most.
   *
   * @param segment any part of the allocation
   * @throws IllegalArgumentException if the segment is not of this arena
   * @throws IllegalStateException if the arena is closed
   */
  public void hint(MemorySegment segment, Phase phase) {
    TransparentRegion region = regionOf(segment);
    region.announce(phase == Phase.IDLE);
    hints.accept(region, phase);
  }

  /**
   * Keeps a segment of this arena in memory, for system calls that read or write it.
   *
   * @throws ErrnoException if the kernel has no memory for a page, or a page has 65,535 pins
   * @throws CorruptPageException if a page cannot be restored to what was written
   * @throws IllegalArgumentException if the segment is empty, not of this arena, or more than the
   *     {@code residentBudget} could hold even without other pages
   * @throws OutOfMemoryError if that budget has no room beside what cannot be demoted
   * @throws IllegalStateException if the arena is closed
   */
  public TransparentPin pin(MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("a read-only segment; pin it for reading");
    }
    return pin(segment, true);
  }

  /** As {@link #pin}, for system calls that read only: compressed copies are kept. */
  public TransparentPin pinReadOnly(MemorySegment segment) {
    return pin(segment.asReadOnly(), false);
  }

  private TransparentPin pin(MemorySegment segment, boolean writable) {
    TransparentRegion region = regionOf(segment);
    if (segment.byteSize() == 0) {
      throw new IllegalArgumentException("an empty segment cannot be pinned");
    }
    synchronized (this) {
      requireAlive();
      pins++;
    }
    boolean pinned = false;
    try {
      TransparentPin pin = new TransparentPin(this, segment); // before: nobody else could unpin
      mover.restores().pin(region, segment.address(), segment.byteSize(), writable);
      pinned = true;
      return pin;
    } finally {
      if (!pinned) {
        forgetPin();
      }
    }
  }

  void unpin(MemorySegment segment) {
    mover.restores().unpin(segment.address(), segment.byteSize());
    forgetPin();
  }

  private synchronized void forgetPin() {
    pins--;
  }

  private synchronized TransparentRegion regionOf(MemorySegment segment) {
    requireAlive();
    Map.Entry<Long, TransparentRegion> below = regions.floorEntry(segment.address());
    if (segment.isNative() && below != null) {
      TransparentRegion region = below.getValue();
      long offset = segment.address() - region.base();
      if (segment.byteSize() <= region.byteSize()
          && offset <= region.byteSize() - segment.byteSize()) {
        return region;
      }
    }
    throw new IllegalArgumentException("not a segment of this arena: " + segment);
  }

  private void requireAlive() {
    if (!lifetime.scope().isAlive()) {
      throw new IllegalStateException("Already closed");
    }
  }

  @Override
  public String toString() {
    return "TransparentArena[" + (lifetime.scope().isAlive() ? "open" : "closed") + "]";
  }

  /**
   * Ends the life of all segments and gives their memory back. Accesses in flight end first, later
   * ones throw.
   *
   * @throws IllegalStateException if the arena is closed, a segment is in use by a native call, or
   *     pins are open; nothing is closed then
   */
  @Override
  public void close() {
    if (!closeUnlessClosed()) {
      throw new IllegalStateException("Already closed");
    }
  }

  /** As {@link #close()}, but somebody else may have been faster: then it returns false. */
  boolean closeUnlessClosed() {
    synchronized (this) {
      if (!lifetime.scope().isAlive()) {
        return false;
      }
      if (pins > 0) {
        throw new IllegalStateException(pins + " pins are open");
      }
      lifetime.close();
      regions.values().forEach(mover::close);
      regions.clear();
      shared = null;
    }
    onClose.run();
    return true;
  }
}
