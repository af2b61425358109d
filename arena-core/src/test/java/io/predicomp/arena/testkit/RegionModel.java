package io.predicomp.arena.testkit;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.Region;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A region beside a plain byte array that must always hold the same: applies {@link RegionAction}s
 * to both and compares what each returns. A second region of the arena, of the same size, is there
 * to copy to and from. For one thread; closing it closes the ranges that it pinned, so that the
 * arena can be closed.
 *
 * <p>To test your own embedding or codec, open an arena with it, and let a property feed actions:
 *
 * {@snippet :
 * @Property
 * void behavesLikeAnArray(@ForAll("actions") List<RegionAction> actions) {
 *   try (var arena = CompressedArena.open(config);
 *       var model = new RegionModel(arena, 1 << 16)) {
 *     actions.forEach(model::apply);
 *     model.checkAll();
 *   }
 * }
 *
 * @Provide
 * Arbitrary<List<RegionAction>> actions() {
 *   return RegionActions.any(1 << 16).list().ofMaxSize(200);
 * }
 * }
 */
public final class RegionModel implements AutoCloseable {
  private final CompressedArena arena;
  private final byte[] bytes;
  private final TypedAccesses typed;
  private final ModelledPins pins;
  private final Region other;
  private final byte[] otherBytes;
  private Region region;
  private Cursor cursor;

  /**
   * Allocates both regions.
   *
   * @param regionBytes of each, a multiple of the arena's page size
   */
  public RegionModel(CompressedArena arena, int regionBytes) {
    this.arena = arena;
    this.bytes = new byte[regionBytes];
    this.otherBytes = new byte[regionBytes];
    this.typed = new TypedAccesses(bytes);
    this.pins = new ModelledPins(bytes);
    this.region = arena.allocateRegion(regionBytes);
    this.other = arena.allocateRegion(regionBytes);
    this.cursor = region.cursor();
  }

  /** The region that actions are applied to; another one after a {@code CloseAndReopen}. */
  public Region region() {
    return region;
  }

  /** Does the action on both sides; throws {@link AssertionError} where they differ. */
  public void apply(RegionAction action) {
    switch (action) {
      case RegionAction.Typed a -> typed.apply(a.throughCursor() ? cursor : region, a);
      case RegionAction.Fill a -> {
        cursor.fill(a.offset(), a.length(), a.value());
        Arrays.fill(bytes, a.offset(), a.offset() + a.length(), a.value());
      }
      case RegionAction.CopyIn a -> {
        byte[] content = a.content();
        cursor.copyFrom(a.offset(), content, 0, content.length);
        System.arraycopy(content, 0, bytes, a.offset(), content.length);
      }
      case RegionAction.CopyWithin a -> {
        cursor.copyTo(a.from(), region, a.to(), a.length());
        System.arraycopy(bytes, a.from(), bytes, a.to(), a.length());
      }
      case RegionAction.CopyAcross a -> copyAcross(a);
      case RegionAction.Compare a -> compare(a.offset(), a.length());
      case RegionAction.Compress a -> region.compress(a.offset(), a.length());
      case RegionAction.CompressAll _ -> arena.compressAll();
      case RegionAction.Recompress a -> region.recompress(a.offset(), a.length(), a.tier());
      case RegionAction.Restore a -> region.restore(a.offset(), a.length());
      case RegionAction.Discard a -> {
        region.discard(a.offset(), a.length());
        Arrays.fill(bytes, a.offset(), a.offset() + a.length(), (byte) 0);
      }
      case RegionAction.CloseAndReopen _ -> closeAndReopen();
      case RegionAction.Pinning a -> pins.apply(region, a);
    }
  }

  /** Compares every byte, of the other region too. */
  public void checkAll() {
    compare(0, bytes.length);
    requireEqual(other.mismatch(0, MemorySegment.ofArray(otherBytes), 0, otherBytes.length), 0);
  }

  @Override
  public void close() {
    pins.close();
  }

  private void copyAcross(RegionAction.CopyAcross a) {
    if (a.back()) {
      other.copyTo(a.from(), region, a.to(), a.length());
      System.arraycopy(otherBytes, a.from(), bytes, a.to(), a.length());
    } else {
      cursor.copyTo(a.from(), other, a.to(), a.length());
      System.arraycopy(bytes, a.from(), otherBytes, a.to(), a.length());
    }
  }

  private void closeAndReopen() {
    if (pins.count() > 0) {
      String message = requireClosed(region::close);
      if (!message.contains(pins.count() + " pinned ranges")) {
        throw new AssertionError(pins.count() + " ranges are open, said was: " + message);
      }
      checkAll();
      return;
    }
    Region successor = arena.allocateRegion(bytes.length); // first, because it may be refused
    region.close();
    requireNoAccess(region, cursor);
    region.close();
    region = successor;
    cursor = region.cursor();
    Arrays.fill(bytes, (byte) 0);
  }

  private static void requireNoAccess(Region closed, Cursor cursor) {
    for (PageAccess access : List.of(closed, cursor)) {
      requireClosed(() -> access.getByte(0));
      requireClosed(() -> access.setLong(8, 1));
      requireClosed(() -> access.addInt(3, 1));
      requireClosed(() -> access.getLongVolatile(0));
      requireClosed(() -> access.compareAndSetInt(4, 0, 1));
      requireClosed(() -> access.fill(0, closed.byteSize(), (byte) 1));
      requireClosed(() -> access.copyTo(0, new byte[1], 0, 1));
      requireClosed(() -> access.mismatch(0, MemorySegment.ofArray(new byte[1]), 0, 1));
    }
    requireClosed(closed::compress);
    requireClosed(() -> closed.restore(0, 1));
    requireClosed(() -> closed.discard(0, closed.byteSize()));
    requireClosed(() -> closed.pin(0, 1));
    requireClosed(() -> closed.pinReadOnly(0, 1));
    requireClosed(() -> closed.pinShared(0, 1));
  }

  /** Returns what is said. */
  private static String requireClosed(Runnable access) {
    try {
      access.run();
    } catch (IllegalStateException e) {
      return e.toString();
    }
    throw new AssertionError("a call that should have been refused was not");
  }

  private void compare(int offset, int length) {
    requireEqual(region.mismatch(offset, MemorySegment.ofArray(bytes), offset, length), offset);
    byte[] copy = new byte[length];
    cursor.copyTo(offset, copy, 0, length);
    requireEqual(Arrays.mismatch(copy, 0, length, bytes, offset, offset + length), offset);
  }

  private static void requireEqual(long mismatch, int offset) {
    if (mismatch >= 0) {
      throw new AssertionError("first difference at byte " + (offset + mismatch));
    }
  }
}
