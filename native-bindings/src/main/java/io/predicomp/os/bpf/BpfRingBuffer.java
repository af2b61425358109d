package io.predicomp.os.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.SystemPage;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Reads what programs in the kernel write into a ring buffer, in the order in which they reserved
 * room. For one thread; reading allocates nothing.
 *
 * <pre>
 *   consumer page, ours to write     producer page and data, for reading only
 *   +------------------------+       +------------------------+--------+----------------+
 *   | position read up to    |       | position written up to |  data  | the same again |
 *   +------------------------+       +------------------------+--------+----------------+
 * </pre>
 *
 * Positions only grow. The data is mapped twice in a row, so that no record is ever split. A record
 * begins with its length, whose two highest bits say whether it is still being written or was
 * discarded ({@code linux/bpf.h}).
 */
public final class BpfRingBuffer implements AutoCloseable {
  /** What is done with a record. */
  @FunctionalInterface
  public interface RecordReader {
    /**
     * Takes a record; what it reads is valid until it returns.
     *
     * @param memory in which the record lies
     * @param offset of its first byte, a multiple of 8
     * @param length in bytes
     */
    void read(MemorySegment memory, long offset, int length);
  }

  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final int BUSY = 1 << 31; // BPF_RINGBUF_BUSY_BIT
  private static final int DISCARDED = 1 << 30; // BPF_RINGBUF_DISCARD_BIT
  private static final long HEADER_BYTES = 8; // BPF_RINGBUF_HDR_SZ

  private final int fd;
  private final long mask;
  private final Mapping consumerPage;
  private final Mapping producerPages;
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private long position;

  /**
   * @param ring made by {@link BpfMap#ringBuffer}; stays the caller's to close, after this
   * @param bytes the size it was made with
   */
  public BpfRingBuffer(BpfMap ring, int bytes) {
    fd = ring.fd();
    mask = bytes - 1L;
    consumerPage = Mapping.shared(fd, 0, SystemPage.SIZE, Protection.READ_WRITE);
    try {
      producerPages =
          Mapping.shared(fd, SystemPage.SIZE, SystemPage.SIZE + 2L * bytes, Protection.READ);
    } catch (RuntimeException e) {
      consumerPage.close();
      throw e;
    }
    consumer = consumerPage.segment();
    producer = producerPages.segment();
    position = (long) LONG.getAcquire(consumer, 0L);
  }

  /** {@return the descriptor to wait for with poll(2): readable when there is a record} */
  public int fd() {
    return fd;
  }

  /**
   * Reads what is there.
   *
   * @param most records to read
   * @return how many were read
   */
  public int drain(RecordReader reader, int most) {
    int count = 0;
    long written = (long) LONG.getAcquire(producer, 0L);
    while (position < written && count < most) {
      long record = SystemPage.SIZE + (position & mask);
      // Pairs with the kernel's exchange, which publishes the record's bytes.
      int header = (int) INT.getAcquire(producer, record);
      if ((header & BUSY) != 0) {
        break;
      }
      int length = header & ~DISCARDED;
      if ((header & DISCARDED) == 0) {
        reader.read(producer, record + HEADER_BYTES, length);
        count++;
      }
      position += (HEADER_BYTES + length + 7) & ~7L;
      // Whoever polls after this is told of records it does not cover, so release is enough.
      LONG.setRelease(consumer, 0L, position);
    }
    return count;
  }

  /** Unmaps the buffer; does nothing the second time. */
  @Override
  public void close() {
    consumerPage.close();
    producerPages.close();
  }
}
