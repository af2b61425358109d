package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;
import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Copies, fills and comparisons: pins a piece of {@value #PIECE_BYTES} bytes at a time, or {@value
 * #LARGE_PIECE_BYTES} where there is more, and runs raw within it, so that the cost of the protocol
 * vanishes and no page is held for long.
 */
final class BulkAccess {
  private static final int PIECE_BYTES = 64 * 1024;

  /**
   * A piece of a long copy: long enough for the JDK to copy it past the caches, which it does from
   * 2.5 MiB on (HotSpot's {@code arraycopy_avx3_large}).
   */
  private static final int LARGE_PIECE_BYTES = 4 << 20;

  private static final MemorySegment ALL = AddressSpace.ALL;

  private BulkAccess() {}

  static void copyFrom(
      PageAccess access, long offset, MemorySegment source, long sourceOffset, long length) {
    check(access.table, offset, length);
    Objects.checkFromIndexSize(sourceOffset, length, source.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(access.table, offset + done, length - done);
      PinSlot slot = access.slot();
      try {
        enter(slot, access.table, offset + done, piece, true);
        long to = access.table.base() + offset + done;
        MemorySegment.copy(source, sourceOffset + done, ALL, to, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  static void copyTo(
      PageAccess access, long offset, MemorySegment target, long targetOffset, long length) {
    check(access.table, offset, length);
    Objects.checkFromIndexSize(targetOffset, length, target.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(access.table, offset + done, length - done);
      PinSlot slot = access.slot();
      try {
        enter(slot, access.table, offset + done, piece, false);
        long from = access.table.base() + offset + done;
        MemorySegment.copy(ALL, from, target, targetOffset + done, piece);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  static void fill(PageAccess access, long offset, long length, byte value) {
    check(access.table, offset, length);
    for (long done = 0; done < length; ) {
      int piece = piece(access.table, offset + done, length - done);
      PinSlot slot = access.slot();
      try {
        enter(slot, access.table, offset + done, piece, true);
        ALL.asSlice(access.table.base() + offset + done, piece).fill(value);
      } finally {
        Pins.exit(slot);
      }
      done += piece;
    }
  }

  static long mismatch(
      PageAccess access, long offset, MemorySegment other, long otherOffset, long length) {
    check(access.table, offset, length);
    Objects.checkFromIndexSize(otherOffset, length, other.byteSize());
    for (long done = 0; done < length; ) {
      int piece = piece(access.table, offset + done, length - done);
      PinSlot slot = access.slot();
      try {
        enter(slot, access.table, offset + done, piece, false);
        long from = access.table.base() + offset + done;
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

  /** Page by page, because both ends are pinned together and only one page each can be. */
  static void copyBetween(
      PageAccess source, long sourceOffset, Region target, long targetOffset, long length) {
    PageTable from = source.table;
    PageTable to = target.table;
    check(from, sourceOffset, length);
    check(to, targetOffset, length);
    source.requireSameArena(target);
    // As memmove: backwards where the target overlaps the end of the source.
    boolean backwards = from == to && targetOffset > sourceOffset;
    for (long done = 0; done < length; ) {
      long rest = length - done;
      long piece;
      long at;
      if (backwards) {
        piece =
            Math.min(
                rest, Math.min(before(from, sourceOffset + rest), before(to, targetOffset + rest)));
        at = rest - piece;
      } else {
        piece =
            Math.min(
                rest, Math.min(behind(from, sourceOffset + done), behind(to, targetOffset + done)));
        at = done;
      }
      PinSlot slot = source.slot();
      int sourcePage = pageOf(from, sourceOffset + at);
      int targetPage = pageOf(to, targetOffset + at);
      try {
        Pins.enterBoth(slot, from, sourcePage, to, targetPage);
        MemorySegment.copy(
            ALL, from.base() + sourceOffset + at, ALL, to.base() + targetOffset + at, piece);
      } finally {
        Pins.exitBoth(slot);
      }
      done += piece;
    }
  }

  private static void enter(PinSlot slot, PageTable table, long offset, int piece, boolean write) {
    int first = pageOf(table, offset);
    int count = pageOf(table, offset + piece - 1) - first + 1;
    if (write) {
      Pins.enterWritePages(slot, table, first, count);
    } else {
      Pins.enterReadPages(slot, table, first, count);
    }
  }

  private static void check(PageTable table, long offset, long length) {
    table.checkRange(offset, length);
  }

  /** Bytes up to the end of the piece that {@code offset} lies in. */
  private static int piece(PageTable table, long offset, long rest) {
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
