package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;
import io.predicomp.arena.page.ThreadSlots;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.os.memory.Mapping;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Contiguous memory of an arena, zeroed when allocated, whose pages are compressed and restored one
 * by one. Thread-safe: any thread may access it here; a thread that accesses it a lot is faster
 * through its own {@link #cursor()}.
 */
public final class Region extends PageAccess implements AutoCloseable {
  /** Values of {@link #pinnedRanges} that are no count: about to close, perhaps; and closed. */
  private static final long CLAIMED = -1;

  private static final long CLOSED = -2;

  private final CompressedArena arena;
  private final Mapping mapping;

  /** Open {@link PinnedRange}s, or one of the two above. */
  private final AtomicLong pinnedRanges = new AtomicLong();

  Region(CompressedArena arena, Mapping mapping, PageTable table) {
    super(table);
    this.arena = arena;
    this.mapping = mapping;
  }

  @Override
  @Nullable PinSlot ownSlot() {
    return ThreadSlots.ownSlot();
  }

  @Override
  PinSlot slot() {
    return ThreadSlots.slot();
  }

  @Override
  void exit(PinSlot slot) {
    Pins.exit(slot);
  }

  @Override
  CompressedArena arena() {
    return arena;
  }

  PageTable table() {
    return table;
  }

  /** Bytes of one page. */
  public int pageBytes() {
    return table.pageBytes();
  }

  /** Pages of the region. */
  public int pageCount() {
    return table.pageCount();
  }

  /**
   * Whether an access to the page at an offset would find it in memory at this moment, as it does
   * one that was never accessed. Does not count as an access itself; false once the region is
   * closed.
   *
   * @param offset bytes from the start of the region
   * @throws IndexOutOfBoundsException if the offset is outside the region
   */
  public boolean isResident(long offset) {
    return table.isResident(firstPage(offset, 1));
  }

  /** An accessor for the current thread only; of a closed region it throws at each access. */
  public Cursor cursor() {
    Cursor cursor = new Cursor(arena, table);
    arena.mover().pins().register(cursor);
    return cursor;
  }

  /**
   * Restores a range and keeps it in memory until the result is closed, for bulk work and for
   * system calls. Only the current thread may use and close the result.
   *
   * @param offset bytes from the start of the region
   * @param length bytes, at least 1
   * @throws IndexOutOfBoundsException if the range leaves the region
   * @throws IllegalArgumentException if {@code length} is 0, or the {@code residentBudget} could
   *     not hold so many pages even if it held nothing else
   * @throws OutOfMemoryError if the budget has no room for them beside what cannot be demoted now
   * @throws IllegalStateException if the region is closed
   * @throws CorruptPageException if a page cannot be restored
   */
  public PinnedRange pin(long offset, long length) {
    return PinnedRange.open(this, offset, length, true, false);
  }

  /**
   * As {@link #pin}, errors included, with a read-only segment; the pages keep their compressed
   * copies.
   */
  public PinnedRange pinReadOnly(long offset, long length) {
    return PinnedRange.open(this, offset, length, false, false);
  }

  /**
   * As {@link #pin}, errors included, for use by any thread. Closing it stops all threads of the
   * JVM for a moment, as closing any shared arena does, so it is for ranges held long.
   */
  public PinnedRange pinShared(long offset, long length) {
    return PinnedRange.open(this, offset, length, true, true);
  }

  /**
   * Compresses the pages that lie wholly or partly in a range, except those in use, those that do
   * not compress, and those that the pool has no room for.
   *
   * @param offset bytes from the start of the region
   * @param length bytes; 0 compresses nothing
   * @return pages that left memory
   * @throws IndexOutOfBoundsException if the range leaves the region
   * @throws IllegalStateException if the region is closed, or a codec of the user's gave more bytes
   *     than it may, in which case the pages stay as they were
   */
  public long compress(long offset, long length) {
    int first = firstPage(offset, length);
    requireOpen();
    return arena.mover().demote(table, first, pages(first, offset, length));
  }

  /** As {@link #compress} on the whole region. */
  public long compress() {
    return compress(0, byteSize());
  }

  /**
   * Compresses pages that are already compressed again, denser, however short they have been so.
   * Pages in memory stay there. The first call for a region takes a sample of its compressed pages
   * to choose a codec and to train a dictionary, which takes about a tenth of a second; nothing
   * happens where too few pages are compressed to learn from, nothing gains enough, or there is no
   * memory to work in.
   *
   * @param offset bytes from the start of the region
   * @param length bytes; 0 recompresses nothing
   * @param tier {@link PageTier#DENSE} or {@link PageTier#COLDEST}
   * @return pages that are stored denser now
   * @throws IndexOutOfBoundsException if the range leaves the region
   * @throws IllegalArgumentException if {@code tier} is {@link PageTier#BASE}
   * @throws IllegalStateException if the region is closed
   */
  public long recompress(long offset, long length, PageTier tier) {
    int first = firstPage(offset, length);
    requireOpen();
    return arena
        .mover()
        .denseTier()
        .recompress(table, first, pages(first, offset, length), tier, arena.config().denseTier());
  }

  /**
   * Brings the pages that lie wholly or partly in a range back to memory before they are needed;
   * with a {@code residentBudget} as far as it has room for them beside those restored before.
   *
   * @param offset bytes from the start of the region
   * @param length bytes; 0 restores nothing
   * @return pages restored by this call
   * @throws IndexOutOfBoundsException if the range leaves the region
   * @throws IllegalStateException if the region is closed
   * @throws CorruptPageException if a page cannot be restored; those before it are
   */
  public long restore(long offset, long length) {
    int first = firstPage(offset, length);
    requireOpen();
    return arena.mover().restore(table, first, pages(first, offset, length));
  }

  /**
   * Says what the application is about to do with the region, so that background loops need not
   * guess: after {@link Phase#ACTIVE} they restore its pages at once, after {@link Phase#IDLE} they
   * demote pages that are not cold yet. A hint changes nothing else, and without loops nothing at
   * all. Returns at once.
   *
   * @throws IllegalStateException if the region is closed
   */
  public void hint(Phase phase) {
    requireOpen();
    arena.hint(table, phase);
  }

  /**
   * Sets a range to zero and gives the memory of the pages that lie wholly in it back. Concurrent
   * accesses see, byte for byte, what was there before or zero. Pages in use, and pages of which
   * the range has only a part, are zeroed by writing and stay in memory.
   *
   * @param offset bytes from the start of the region
   * @param length bytes; 0 discards nothing
   * @throws IndexOutOfBoundsException if the range leaves the region
   * @throws IllegalStateException if the region is closed
   * @throws CorruptPageException if a page of which the range has only a part cannot be restored
   */
  public void discard(long offset, long length) {
    firstPage(offset, length);
    long pageBytes = table.pageBytes();
    long start = (offset + pageBytes - 1) / pageBytes * pageBytes;
    long end = (offset + length) / pageBytes * pageBytes;
    if (start >= end) {
      fill(offset, length, (byte) 0);
      return;
    }
    fill(offset, start - offset, (byte) 0);
    fill(end, offset + length - end, (byte) 0);
    requireOpen();
    arena.mover().discard(table, (int) (start / pageBytes), (int) ((end - start) / pageBytes));
  }

  /**
   * Gives all memory of the region back. Waits for accesses in flight; later ones throw {@link
   * IllegalStateException}. Closing twice does nothing.
   *
   * @throws IllegalStateException if pinned ranges are open; the region stays open then
   */
  @Override
  public void close() {
    arena.close(this);
  }

  /**
   * Claims the close, which goes on with {@link #finishClose} or ends with {@link #cancelClose}.
   * Until then the region is as open as before, except that whoever wants to pin a range waits for
   * the decision. Under the arena's lifecycle lock.
   *
   * @return 0, or the open ranges that forbid it
   */
  long claimClose() {
    long ranges = pinnedRanges.compareAndExchange(0, CLAIMED);
    return Math.max(0, ranges);
  }

  void cancelClose() {
    pinnedRanges.compareAndSet(CLAIMED, 0);
  }

  void finishClose() {
    if (pinnedRanges.compareAndSet(CLAIMED, CLOSED)) {
      arena.mover().close(table);
      mapping.close();
      arena.forget(this);
    }
  }

  /** Keeps the region from being closed until {@link #release()}. */
  void acquire() {
    while (true) {
      requireOpen();
      long ranges = pinnedRanges.get();
      if (ranges == CLAIMED) {
        arena.betweenCloses(this::acquire); // decided by then
        return;
      }
      if (ranges >= 0 && pinnedRanges.compareAndSet(ranges, ranges + 1)) {
        return;
      }
    }
  }

  void release() {
    pinnedRanges.decrementAndGet();
  }

  /**
   * Only for the sake of the caller, who should hear of a closed region: page movement itself meets
   * nothing but closed pages then.
   */
  private void requireOpen() {
    if (pinnedRanges.get() == CLOSED) {
      throw new IllegalStateException("Already closed");
    }
  }

  private int firstPage(long offset, long length) {
    table.checkRange(offset, length);
    return (int) (offset / table.pageBytes());
  }

  private int pages(int first, long offset, long length) {
    long pageBytes = table.pageBytes();
    return length == 0 ? 0 : (int) ((offset + length - 1) / pageBytes) - first + 1;
  }
}
