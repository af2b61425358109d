package io.predicomp.arena.testkit;

import io.predicomp.arena.policy.PageTier;
import java.util.Random;

/** One thing that can be done to a region. Offsets and lengths are bytes within the region. */
public sealed interface RegionAction {
  /** Reads {@code width} (1, 2, 4, 8) bytes. */
  record Get(int width, int offset, boolean bigEndian, boolean throughCursor)
      implements RegionAction {}

  /** Writes the low {@code width} (1, 2, 4, 8) bytes of a value. */
  record Set(int width, int offset, long value, boolean bigEndian, boolean throughCursor)
      implements RegionAction {}

  /** Sets an aligned long if it is what it is, or with {@code right} false, what it is not. */
  record CompareAndSet(int offset, boolean right, long value) implements RegionAction {}

  /** Adds to {@code width} (4, 8) bytes. */
  record Add(int width, int offset, long delta, boolean bigEndian, boolean throughCursor)
      implements RegionAction {}

  /** Adds to an aligned long, atomically. */
  record GetAndAdd(int offset, long delta) implements RegionAction {}

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

  /** Compares with the model. */
  record Compare(int offset, int length) implements RegionAction {}

  record Compress(int offset, int length) implements RegionAction {}

  /** Compresses what is compressed again, into the dense or the coldest tier. */
  record Recompress(int offset, int length, PageTier tier) implements RegionAction {}

  record Restore(int offset, int length) implements RegionAction {}

  record Discard(int offset, int length) implements RegionAction {}

  /** Pins a range, compresses everything else, and writes through the pinned segment. */
  record WritePinned(int offset, int length, byte value) implements RegionAction {}
}
