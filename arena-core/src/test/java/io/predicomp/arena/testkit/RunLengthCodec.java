package io.predicomp.arena.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.predicomp.arena.codec.PageCodec;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The simplest codec a user could write, as an example and for tests that want no native library:
 * pairs of run length (1 to 255) and byte value.
 */
public class RunLengthCodec implements PageCodec {
  @Override
  public String name() {
    return "run-length";
  }

  @Override
  public int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity) {
    checkRanges(source, sourceOffset, sourceLength, target, targetOffset, targetCapacity);
    int written = 0;
    for (int read = 0; read < sourceLength; ) {
      byte value = source.get(JAVA_BYTE, sourceOffset + read);
      int run = 1;
      while (run < 255
          && read + run < sourceLength
          && source.get(JAVA_BYTE, sourceOffset + read + run) == value) {
        run++;
      }
      if (targetCapacity - written < 2) {
        return 0;
      }
      target.set(JAVA_BYTE, targetOffset + written++, (byte) run);
      target.set(JAVA_BYTE, targetOffset + written++, value);
      read += run;
    }
    return written;
  }

  @Override
  public int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    checkRanges(source, sourceOffset, sourceLength, target, targetOffset, targetLength);
    int written = 0;
    for (int read = 0; read + 1 < sourceLength; read += 2) {
      int run = Byte.toUnsignedInt(source.get(JAVA_BYTE, sourceOffset + read));
      byte value = source.get(JAVA_BYTE, sourceOffset + read + 1);
      if (run == 0 || run > room(targetLength, written)) {
        return -1;
      }
      for (int i = 0; i < run; i++) {
        target.set(JAVA_BYTE, targetOffset + written++, value);
      }
    }
    return sourceLength % 2 == 0 ? result(written, targetLength) : -1;
  }

  /** {@return how many more bytes may be written} A faulty codec overrides this. */
  int room(int targetLength, int written) {
    return targetLength - written;
  }

  /** {@return what to report for {@code written} bytes} A faulty codec overrides this. */
  int result(int written, int targetLength) {
    return written == targetLength ? written : -1;
  }

  private static void checkRanges(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength) {
    Objects.checkFromIndexSize(sourceOffset, (long) sourceLength, source.byteSize());
    Objects.checkFromIndexSize(targetOffset, (long) targetLength, target.byteSize());
  }
}
