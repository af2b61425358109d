package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The copies, fills and comparisons of a {@link PageAccess}, which says what holds of all: each
 * pins a piece of {@value #PIECE_BYTES} bytes at a time, or {@value #LARGE_PIECE_BYTES} where there
 * is more, and runs raw within it, so that the cost of the protocol vanishes and no page is held
 * for long. None makes a segment of its own, so none allocates anything. Offsets and lengths are
 * bytes; a length of 0 does nothing.
 */
@SuppressWarnings("exports") // a slot has no members that users see
public abstract sealed class BulkAccess extends OrderedAccess permits PageAccess {
  private static final int PIECE_BYTES = 64 * 1024;

  /**
   * A piece of a long copy: long enough for the JDK to copy it past the caches, which it does from
   * 2.5 MiB on (HotSpot's {@code arraycopy_avx3_large}).
   */
  private static final int LARGE_PIECE_BYTES = 4 << 20;

  private static final MemorySegment ALL = AddressSpace.ALL;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  BulkAccess(PageTable table) {
    super(table);
  }

  /**
   * Copies {@code length} bytes into the region.
   *
   * @param source a heap or native segment; it may not be memory of this arena unless pinned
   * @throws IndexOutOfBoundsException if either range is out of bounds; nothing is copied then
   */
  public final void copyFrom(long offset, MemorySegment source, long sourceOffset, long length) {
    table.checkRange(offset, length);
    Objects.checkFromIndexSize(sourceOffset, length, source.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, true);
        MemorySegment.copy(source, sourceOffset + done, ALL, base + offset + done, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  /** As {@link #copyFrom(long, MemorySegment, long, long)}, from a heap array. */
  public final void copyFrom(long offset, byte[] source, int sourceOffset, int length) {
    table.checkRange(offset, length);
    Objects.checkFromIndexSize(sourceOffset, length, source.length);
    for (int done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, true);
        MemorySegment.copy(source, sourceOffset + done, ALL, BYTE, base + offset + done, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  /**
   * Copies {@code length} bytes out of the region.
   *
   * @throws IndexOutOfBoundsException if either range is out of bounds; nothing is copied then
   */
  public final void copyTo(long offset, MemorySegment target, long targetOffset, long length) {
    table.checkRange(offset, length);
    Objects.checkFromIndexSize(targetOffset, length, target.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, false);
        MemorySegment.copy(ALL, base + offset + done, target, targetOffset + done, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  /** As {@link #copyTo(long, MemorySegment, long, long)}, into a heap array. */
  public final void copyTo(long offset, byte[] target, int targetOffset, int length) {
    table.checkRange(offset, length);
    Objects.checkFromIndexSize(targetOffset, length, target.length);
    for (int done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, false);
        MemorySegment.copy(ALL, BYTE, base + offset + done, target, targetOffset + done, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  /**
   * Copies {@code length} bytes from here to a region of the same arena, which may be this one; the
   * ranges may overlap.
   *
   * @throws IndexOutOfBoundsException if either range is out of bounds; nothing is copied then
   * @throws IllegalArgumentException if the target belongs to another arena
   */
  public final void copyTo(long offset, Region target, long targetOffset, long length) {
    PageTable from = table;
    PageTable to = target.table();
    from.checkRange(offset, length);
    to.checkRange(targetOffset, length);
    requireSameArena(target);
    // Page by page, because both ends are pinned together and only one page each can be. As
    // memmove: backwards where the target overlaps the end of the source.
    boolean backwards = from == to && targetOffset > offset;
    for (long done = 0; done < length; ) {
      long rest = length - done;
      long piece;
      long at;
      if (backwards) {
        piece =
            Math.min(rest, Math.min(before(from, offset + rest), before(to, targetOffset + rest)));
        at = rest - piece;
      } else {
        piece =
            Math.min(rest, Math.min(behind(from, offset + done), behind(to, targetOffset + done)));
        at = done;
      }
      PinSlot slot = slot();
      int sourcePage = pageOf(from, offset + at);
      int targetPage = pageOf(to, targetOffset + at);
      try {
        Pins.enterBoth(slot, from, sourcePage, to, targetPage);
        MemorySegment.copy(
            ALL, from.base() + offset + at, ALL, to.base() + targetOffset + at, piece);
      } finally {
        Pins.exitBoth(slot);
      }
      done += piece;
    }
  }

  /** Sets {@code length} bytes to {@code value}. */
  public final void fill(long offset, long length, byte value) {
    table.checkRange(offset, length);
    for (long done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, true);
        AddressSpace.fill(base + offset + done, piece, value);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  /**
   * The relative offset of the first byte that differs, or -1 if none of {@code length} bytes does.
   *
   * @throws IndexOutOfBoundsException if either range is out of bounds
   */
  public final long mismatch(long offset, MemorySegment other, long otherOffset, long length) {
    table.checkRange(offset, length);
    Objects.checkFromIndexSize(otherOffset, length, other.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(offset + done, length - done);
      PinSlot slot = slot();
      try {
        enter(slot, offset + done, piece, false);
        long from = base + offset + done;
        long at = otherOffset + done;
        long different = MemorySegment.mismatch(ALL, from, from + piece, other, at, at + piece);
        if (different >= 0) {
          return done + different;
        }
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
    return -1;
  }

  private void enter(PinSlot slot, long offset, int piece, boolean write) {
    int first = pageOf(table, offset);
    int count = pageOf(table, offset + piece - 1) - first + 1;
    if (write) {
      Pins.enterWritePages(slot, table, first, count);
    } else {
      Pins.enterReadPages(slot, table, first, count);
    }
  }

  /** Bytes up to the end of the piece that {@code offset} lies in. */
  private int piece(long offset, long rest) {
    int large = table.largestPieceBytes(LARGE_PIECE_BYTES);
    if (rest >= large) {
      return large;
    }
    int bytes = Math.max(PIECE_BYTES, table.pageBytes());
    return (int) Math.min(rest, bytes - (offset & (bytes - 1)));
  }

  private static long behind(PageTable table, long offset) {
    return table.pageBytes() - (offset & (table.pageBytes() - 1));
  }

  private static long before(PageTable table, long end) {
    return ((end - 1) & (table.pageBytes() - 1)) + 1;
  }

  private static int pageOf(PageTable table, long offset) {
    return (int) (offset / table.pageBytes());
  }
}
