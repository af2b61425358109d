package io.predicomp.arena.testkit;

import io.predicomp.arena.policy.PageTier;
import java.util.Random;

/** One thing that can be done to a region. Offsets and lengths are bytes within the region. */
public sealed interface RegionAction {
  /** An access to one value, through the region or through a cursor of it. */
  sealed interface Typed extends RegionAction {
    boolean throughCursor();
  }

  /** Reads a value. */
  record Get(ValueType type, int offset, boolean bigEndian, boolean throughCursor)
      implements Typed {}

  /** Writes a value: as many low bits of {@code bits} as it has. */
  record Set(ValueType type, int offset, long bits, boolean bigEndian, boolean throughCursor)
      implements Typed {}

  /** Adds to {@code width} (4, 8) bytes. */
  record Add(int width, int offset, long delta, boolean bigEndian, boolean throughCursor)
      implements Typed {}

  /** Reads {@code width} (4, 8) aligned bytes, writes them and reads them again, with an order. */
  record Ordered(Ordering ordering, int width, int offset, long value, boolean throughCursor)
      implements Typed {}

  /**
   * Sets {@code width} (4, 8) aligned bytes if they are what they are, or with {@code right} false,
   * what they are not.
   */
  record CompareAndSet(int width, int offset, boolean right, long value, boolean throughCursor)
      implements Typed {}

  /** Adds to {@code width} (4, 8) aligned bytes, atomically. */
  record GetAndAdd(int width, int offset, long delta, boolean throughCursor) implements Typed {}

  record Fill(int offset, int length, byte value) implements RegionAction {}

  /**
   * Copies bytes in that have {@code entropyBits} (0 to 8) random bits each, so that some pages
   * compress and others do not.
   */
  record CopyIn(int offset, int length, long seed, int entropyBits) implements RegionAction {
    byte[] content() {
      byte[] content = new byte[length];
      Random random = new Random(seed);
      for (int i = 0; i < length; i++) {
        content[i] = (byte) random.nextInt(1 << entropyBits);
      }
      return content;
    }
  }

  /** Copies within the region; the ranges may overlap. */
  record CopyWithin(int from, int to, int length) implements RegionAction {}

  /** Copies to the model's other region of the arena, or with {@code back} from it. */
  record CopyAcross(int from, int to, int length, boolean back) implements RegionAction {}

  /** Compares with the model. */
  record Compare(int offset, int length) implements RegionAction {}

  record Compress(int offset, int length) implements RegionAction {}

  /** Compresses every region of the arena. */
  record CompressAll() implements RegionAction {}

  /** Compresses what is compressed again, into the dense or the coldest tier. */
  record Recompress(int offset, int length, PageTier tier) implements RegionAction {}

  record Restore(int offset, int length) implements RegionAction {}

  record Discard(int offset, int length) implements RegionAction {}

  /**
   * Closes the region, finds that no access gets through any more, and goes on with a new one. With
   * pins open it finds that the close is refused and nothing has changed.
   */
  record CloseAndReopen() implements RegionAction {}

  /** What concerns pinned ranges. */
  sealed interface Pinning extends RegionAction {}

  /** Pins a range, compresses everything else, and writes through the pinned segment. */
  record WritePinned(int offset, int length, byte value) implements Pinning {}

  /** Pins a range until a {@link ClosePin}, or until too many others are open. */
  record OpenPin(PinKind kind, int offset, int length) implements Pinning {}

  /** Compares an open range, if there is one, with the model, and writes to it if it may. */
  record UsePin(int which, byte value) implements Pinning {}

  /** Closes an open range, if there is one. */
  record ClosePin(int which) implements Pinning {}

  /** What a {@link Get} reads and a {@link Set} writes. */
  enum ValueType {
    BYTE(Byte.BYTES),
    SHORT(Short.BYTES),
    INT(Integer.BYTES),
    LONG(Long.BYTES),
    FLOAT(Float.BYTES),
    DOUBLE(Double.BYTES);

    private final int bytes;

    ValueType(int bytes) {
      this.bytes = bytes;
    }

    /** {@return its size} */
    public int bytes() {
      return bytes;
    }
  }

  /** The accessors of an {@link Ordered}. */
  enum Ordering {
    VOLATILE,
    ACQUIRE_RELEASE
  }

  /** How a range is pinned. */
  enum PinKind {
    WRITABLE,
    READ_ONLY,
    /** Writable, and used by other threads. */
    SHARED
  }
}
