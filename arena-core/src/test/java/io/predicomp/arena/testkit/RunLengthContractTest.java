package io.predicomp.arena.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.arena.codec.PageCodec;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** A codec of a user's own passes the contract, and the contract fails codecs that break it. */
class RunLengthContractTest extends PageCodecContract {
  private final PageCodec codec = new RunLengthCodec();

  @Override
  protected PageCodec codec() {
    return codec;
  }

  @Override
  protected int ampleCapacity(int length) {
    return 2 * length;
  }

  @Test
  void theContractFailsACodecThatWritesBehindThePage() {
    PageCodec faulty =
        new RunLengthCodec() {
          @Override
          int room(int targetLength, int written) {
            return targetLength + 200 - written;
          }
        };

    byte[] page = PageContents.ZERO.bytes(1000, 0);
    assertThrows(
        AssertionError.class, () -> contractOf(faulty).aLengthThatIsNotThePagesIsReported(page));
  }

  @Test
  void theContractFailsACodecThatReportsFewerBytesAsSuccess() {
    PageCodec faulty =
        new RunLengthCodec() {
          @Override
          int result(int written, int targetLength) {
            return written;
          }
        };

    byte[] page = PageContents.ZERO.bytes(1000, 0);
    assertThrows(
        AssertionError.class, () -> contractOf(faulty).aLengthThatIsNotThePagesIsReported(page));
  }

  @Test
  void theContractFailsACodecThatExceedsItsCapacity() {
    PageCodec faulty =
        new RunLengthCodec() {
          @Override
          public int compress(
              MemorySegment source,
              long sourceOffset,
              int sourceLength,
              MemorySegment target,
              long targetOffset,
              int targetCapacity) {
            int most = (int) Math.min(targetCapacity + 64L, target.byteSize() - targetOffset);
            return super.compress(source, sourceOffset, sourceLength, target, targetOffset, most);
          }
        };

    byte[] page = PageContents.RANDOM.bytes(1000, 0);
    assertThrows(
        AssertionError.class,
        () -> contractOf(faulty).compressedBytesStayWithinTheCapacity(page, 500));
  }

  @Test
  void theContractFailsACodecThatLosesAByte() {
    PageCodec faulty =
        new RunLengthCodec() {
          @Override
          public int decompress(
              MemorySegment source,
              long sourceOffset,
              int sourceLength,
              MemorySegment target,
              long targetOffset,
              int targetLength) {
            int written =
                super.decompress(
                    source, sourceOffset, sourceLength, target, targetOffset, targetLength);
            target.asSlice(targetOffset + targetLength / 2, 1).fill((byte) 1);
            return written;
          }
        };

    byte[] page = PageContents.ZERO.bytes(1000, 0);
    assertThrows(AssertionError.class, () -> contractOf(faulty).whatIsCompressedIsRestored(page));
  }

  private static PageCodecContract contractOf(PageCodec codec) {
    return new PageCodecContract() {
      @Override
      protected PageCodec codec() {
        return codec;
      }

      @Override
      protected int ampleCapacity(int length) {
        return 2 * length;
      }
    };
  }
}
