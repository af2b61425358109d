package io.predicomp.arena.testkit;

import io.predicomp.arena.PageAccess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Accesses to single values, made to a region and to the array that must hold the same. */
final class TypedAccesses {
  private final byte[] bytes;
  private final ByteBuffer array;

  TypedAccesses(byte[] bytes) {
    this.bytes = bytes;
    this.array = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  void apply(PageAccess access, RegionAction.Typed action) {
    switch (action) {
      case RegionAction.Get a -> get(access, a);
      case RegionAction.Set a -> set(access, a);
      case RegionAction.Add a -> add(access, a);
      case RegionAction.Ordered a -> ordered(access, a);
      case RegionAction.CompareAndSet a -> compareAndSet(access, a);
      case RegionAction.GetAndAdd a -> getAndAdd(access, a);
    }
  }

  private static ByteOrder order(boolean bigEndian) {
    return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private ByteBuffer view(boolean bigEndian) {
    return array.duplicate().order(order(bigEndian));
  }

  private void get(PageAccess access, RegionAction.Get a) {
    ByteOrder order = order(a.bigEndian());
    ByteBuffer view = view(a.bigEndian());
    int at = a.offset();
    switch (a.type()) {
      case BYTE -> expect(a, bytes[at], access.getByte(at));
      case SHORT -> expect(a, view.getShort(at), access.getShort(at, order));
      case INT -> expect(a, view.getInt(at), access.getInt(at, order));
      case LONG -> expect(a, view.getLong(at), access.getLong(at, order));
      case FLOAT -> expect(a, view.getInt(at), Float.floatToRawIntBits(access.getFloat(at, order)));
      case DOUBLE ->
          expect(a, view.getLong(at), Double.doubleToRawLongBits(access.getDouble(at, order)));
    }
  }

  private void set(PageAccess access, RegionAction.Set a) {
    ByteOrder order = order(a.bigEndian());
    int at = a.offset();
    long bits = a.bits();
    switch (a.type()) {
      case BYTE -> access.setByte(at, (byte) bits);
      case SHORT -> access.setShort(at, order, (short) bits);
      case INT -> access.setInt(at, order, (int) bits);
      case LONG -> access.setLong(at, order, bits);
      case FLOAT -> access.setFloat(at, order, Float.intBitsToFloat((int) bits));
      case DOUBLE -> access.setDouble(at, order, Double.longBitsToDouble(bits));
    }
    ByteBuffer view = view(a.bigEndian());
    switch (a.type()) {
      case BYTE -> bytes[at] = (byte) bits;
      case SHORT -> view.putShort(at, (short) bits);
      case INT, FLOAT -> view.putInt(at, (int) bits);
      case LONG, DOUBLE -> view.putLong(at, bits);
    }
  }

  private void add(PageAccess access, RegionAction.Add a) {
    ByteOrder order = order(a.bigEndian());
    ByteBuffer view = view(a.bigEndian());
    int at = a.offset();
    if (a.width() == Integer.BYTES) {
      int sum = view.getInt(at) + (int) a.delta();
      expect(a, sum, access.addInt(at, order, (int) a.delta()));
      view.putInt(at, sum);
    } else {
      long sum = view.getLong(at) + a.delta();
      expect(a, sum, access.addLong(at, order, a.delta()));
      view.putLong(at, sum);
    }
  }

  private void ordered(PageAccess access, RegionAction.Ordered a) {
    expect(a, aligned(a.width(), a.offset()), read(access, a));
    write(access, a);
    setAligned(a.width(), a.offset(), a.value());
    expect(a, aligned(a.width(), a.offset()), read(access, a));
  }

  private static long read(PageAccess access, RegionAction.Ordered a) {
    boolean isInt = a.width() == Integer.BYTES;
    return switch (a.ordering()) {
      case VOLATILE ->
          isInt ? access.getIntVolatile(a.offset()) : access.getLongVolatile(a.offset());
      case ACQUIRE_RELEASE ->
          isInt ? access.getIntAcquire(a.offset()) : access.getLongAcquire(a.offset());
    };
  }

  private static void write(PageAccess access, RegionAction.Ordered a) {
    boolean isInt = a.width() == Integer.BYTES;
    switch (a.ordering()) {
      case VOLATILE -> {
        if (isInt) {
          access.setIntVolatile(a.offset(), (int) a.value());
        } else {
          access.setLongVolatile(a.offset(), a.value());
        }
      }
      case ACQUIRE_RELEASE -> {
        if (isInt) {
          access.setIntRelease(a.offset(), (int) a.value());
        } else {
          access.setLongRelease(a.offset(), a.value());
        }
      }
    }
  }

  private void compareAndSet(PageAccess access, RegionAction.CompareAndSet a) {
    long before = aligned(a.width(), a.offset());
    long expected = a.right() ? before : ~before;
    boolean set =
        a.width() == Integer.BYTES
            ? access.compareAndSetInt(a.offset(), (int) expected, (int) a.value())
            : access.compareAndSetLong(a.offset(), expected, a.value());
    if (set != a.right()) {
      throw new AssertionError(a + " gave " + set);
    }
    if (set) {
      setAligned(a.width(), a.offset(), a.value());
    }
  }

  private void getAndAdd(PageAccess access, RegionAction.GetAndAdd a) {
    long before = aligned(a.width(), a.offset());
    expect(
        a,
        before,
        a.width() == Integer.BYTES
            ? access.getAndAddInt(a.offset(), (int) a.delta())
            : access.getAndAddLong(a.offset(), a.delta()));
    setAligned(a.width(), a.offset(), before + a.delta());
  }

  /** An int or a long of the array, in the native order. */
  private long aligned(int width, int offset) {
    return width == Integer.BYTES ? array.getInt(offset) : array.getLong(offset);
  }

  private void setAligned(int width, int offset, long value) {
    if (width == Integer.BYTES) {
      array.putInt(offset, (int) value);
    } else {
      array.putLong(offset, value);
    }
  }

  private static void expect(RegionAction action, long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(action + " gave " + actual + ", expected " + expected);
    }
  }
}
