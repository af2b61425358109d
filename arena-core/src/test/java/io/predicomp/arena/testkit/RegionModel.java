package io.predicomp.arena.testkit;

import io.predicomp.arena.Cursor;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A region beside a plain byte array that must always hold the same: applies {@link RegionAction}s
 * to both and compares what each returns. For one thread.
 *
 * <p>To test your own embedding or codec, open an arena with it, and let a property feed actions:
 *
 * {@snippet :
 * @Property
 * void behavesLikeAnArray(@ForAll("actions") List<RegionAction> actions) {
 *   try (var arena = CompressedArena.open(config)) {
 *     RegionModel model = new RegionModel(arena.allocateRegion(1 << 16));
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
public final class RegionModel {
  private final Region region;
  private final Cursor cursor;
  private final byte[] bytes;
  private final ByteBuffer array;

  public RegionModel(Region region) {
    this.region = region;
    this.cursor = region.cursor();
    this.bytes = new byte[Math.toIntExact(region.byteSize())];
    this.array = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /** Does the action on both sides; throws {@link AssertionError} where they differ. */
  public void apply(RegionAction action) {
    switch (action) {
      case RegionAction.Get a -> get(access(a.throughCursor()), a);
      case RegionAction.Set a -> set(access(a.throughCursor()), a);
      case RegionAction.CompareAndSet a -> compareAndSet(a);
      case RegionAction.Add a -> add(access(a.throughCursor()), a);
      case RegionAction.GetAndAdd a -> {
        long before = array.getLong(a.offset());
        expect(action, before, region.getAndAddLong(a.offset(), a.delta()));
        array.putLong(a.offset(), before + a.delta());
      }
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
      case RegionAction.Compare a -> compare(a.offset(), a.length());
      case RegionAction.Compress a -> region.compress(a.offset(), a.length());
      case RegionAction.Recompress a -> region.recompress(a.offset(), a.length(), a.tier());
      case RegionAction.Restore a -> region.restore(a.offset(), a.length());
      case RegionAction.Discard a -> {
        region.discard(a.offset(), a.length());
        Arrays.fill(bytes, a.offset(), a.offset() + a.length(), (byte) 0);
      }
      case RegionAction.WritePinned a -> writePinned(a);
    }
  }

  /** Compares every byte. */
  public void checkAll() {
    compare(0, bytes.length);
  }

  private PageAccess access(boolean throughCursor) {
    return throughCursor ? cursor : region;
  }

  private static ByteOrder order(boolean bigEndian) {
    return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private void get(PageAccess access, RegionAction.Get a) {
    ByteOrder order = order(a.bigEndian());
    ByteBuffer view = ByteBuffer.wrap(bytes).order(order);
    switch (a.width()) {
      case 1 -> expect(a, bytes[a.offset()], access.getByte(a.offset()));
      case 2 -> expect(a, view.getShort(a.offset()), access.getShort(a.offset(), order));
      case 4 -> expect(a, view.getInt(a.offset()), access.getInt(a.offset(), order));
      default -> expect(a, view.getLong(a.offset()), access.getLong(a.offset(), order));
    }
  }

  private void set(PageAccess access, RegionAction.Set a) {
    ByteOrder order = order(a.bigEndian());
    ByteBuffer view = ByteBuffer.wrap(bytes).order(order);
    switch (a.width()) {
      case 1 -> {
        access.setByte(a.offset(), (byte) a.value());
        bytes[a.offset()] = (byte) a.value();
      }
      case 2 -> {
        access.setShort(a.offset(), order, (short) a.value());
        view.putShort(a.offset(), (short) a.value());
      }
      case 4 -> {
        access.setInt(a.offset(), order, (int) a.value());
        view.putInt(a.offset(), (int) a.value());
      }
      default -> {
        access.setLong(a.offset(), order, a.value());
        view.putLong(a.offset(), a.value());
      }
    }
  }

  private void add(PageAccess access, RegionAction.Add a) {
    ByteOrder order = order(a.bigEndian());
    ByteBuffer view = ByteBuffer.wrap(bytes).order(order);
    if (a.width() == Integer.BYTES) {
      int sum = view.getInt(a.offset()) + (int) a.delta();
      expect(a, sum, access.addInt(a.offset(), order, (int) a.delta()));
      view.putInt(a.offset(), sum);
    } else {
      long sum = view.getLong(a.offset()) + a.delta();
      expect(a, sum, access.addLong(a.offset(), order, a.delta()));
      view.putLong(a.offset(), sum);
    }
  }

  private void compareAndSet(RegionAction.CompareAndSet a) {
    long before = array.getLong(a.offset());
    long expected = a.right() ? before : ~before;
    boolean set = region.compareAndSetLong(a.offset(), expected, a.value());
    if (set != a.right()) {
      throw new AssertionError(a + " gave " + set);
    }
    if (set) {
      array.putLong(a.offset(), a.value());
    }
  }

  private void writePinned(RegionAction.WritePinned a) {
    try (PinnedRange pin = region.pin(a.offset(), a.length())) {
      region.compress(); // must leave the pinned pages alone
      MemorySegment segment = pin.segment();
      for (int i = 0; i < a.length(); i += 97) {
        segment.set(ValueLayout.JAVA_BYTE, i, a.value());
        bytes[a.offset() + i] = a.value();
      }
    }
  }

  private void compare(int offset, int length) {
    long at = region.mismatch(offset, MemorySegment.ofArray(bytes), offset, length);
    if (at >= 0) {
      throw new AssertionError("first difference at byte " + (offset + at));
    }
    byte[] copy = new byte[length];
    cursor.copyTo(offset, copy, 0, length);
    int different = Arrays.mismatch(copy, 0, length, bytes, offset, offset + length);
    if (different >= 0) {
      throw new AssertionError("copy differs at byte " + (offset + different));
    }
  }

  private static void expect(RegionAction action, long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(action + " gave " + actual + ", expected " + expected);
    }
  }
}
