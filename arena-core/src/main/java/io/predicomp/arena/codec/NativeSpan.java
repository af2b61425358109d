package io.predicomp.arena.codec;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Turns a checked range of a native segment into the address that C functions take. */
final class NativeSpan {
  private NativeSpan() {}

  /**
   * {@return the address of the range}
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the segment
   * @throws IllegalArgumentException if the segment is on the Java heap
   */
  static long readable(MemorySegment segment, long offset, int length) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "native codecs take native segments, and this one is on the Java heap: " + segment);
    }
    Objects.checkFromIndexSize(offset, (long) length, segment.byteSize());
    return segment.address() + offset;
  }

  /**
   * {@return the address of the range}
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the segment
   * @throws IllegalArgumentException if the segment is on the Java heap or read-only
   */
  static long writable(MemorySegment segment, long offset, int length) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("the target segment is read-only: " + segment);
    }
    return readable(segment, offset, length);
  }
}
