package io.predicomp.arena;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Reads and writes segments of a {@link TransparentArena} through channels, which end in system
 * calls, for which memory has to be pinned: without a pin such a call fails on pages that are not
 * in memory, or transfers only a part. Pins {@value #PIECE_BYTES} bytes at a time, so that a
 * transfer of any size needs no more memory than that.
 *
 * {@snippet :
 * PinnedTransfer transfer = new PinnedTransfer(arena.transparent());
 * transfer.write(file, 0, table);
 * int received = transfer.receive(socket, buffer);
 * }
 *
 * <p>Thread-safe as far as the channel is. Nothing is written to a segment while it is written out
 * by another thread, or what arrives is some of both, as with any memory.
 */
public final class PinnedTransfer {
  private static final int PIECE_BYTES = 1 << 20;

  private final TransparentArena arena;

  /** Transfers to and from segments of that arena. */
  public PinnedTransfer(TransparentArena arena) {
    this.arena = arena;
  }

  /**
   * Reads a file from a position on until the segment is full or the file ends.
   *
   * @return bytes read, fewer than the segment has only at the end of the file
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the segment is read-only or not of the arena
   */
  public long read(FileChannel file, long position, MemorySegment to) throws IOException {
    long done = 0;
    while (done < to.byteSize()) {
      MemorySegment piece = piece(to, done);
      int read;
      try (TransparentPin pin = arena.pin(piece)) {
        read = file.read(pin.segment().asByteBuffer(), position + done);
      }
      if (read < 0) {
        break;
      }
      done += read;
    }
    return done;
  }

  /**
   * Writes the whole segment to a file.
   *
   * @throws IOException if the file cannot be written; a part may have been
   * @throws IllegalArgumentException if the segment is not of the arena
   */
  public void write(FileChannel file, long position, MemorySegment from) throws IOException {
    for (long done = 0; done < from.byteSize(); ) {
      try (TransparentPin pin = arena.pinReadOnly(piece(from, done))) {
        done += file.write(pin.segment().asByteBuffer(), position + done);
      }
    }
  }

  /**
   * Receives what a channel has, at most {@value #PIECE_BYTES} bytes: one {@link
   * ReadableByteChannel#read}, of a datagram or of a stream.
   *
   * @return bytes received; 0 if a non-blocking channel has none; -1 at the end of the stream
   * @throws IOException if the channel cannot be read
   * @throws IllegalArgumentException if the segment is read-only, or not of the arena
   */
  public int receive(ReadableByteChannel channel, MemorySegment to) throws IOException {
    if (to.byteSize() == 0) {
      return 0;
    }
    try (TransparentPin pin = arena.pin(piece(to, 0))) {
      return channel.read(pin.segment().asByteBuffer());
    }
  }

  /**
   * Receives until the segment is full. For a blocking channel.
   *
   * @throws EOFException if the stream ends before
   * @throws IOException if the channel cannot be read
   * @throws IllegalArgumentException if the segment is read-only, or not of the arena
   */
  public void receiveFully(ReadableByteChannel channel, MemorySegment to) throws IOException {
    for (long done = 0; done < to.byteSize(); ) {
      int received = receive(channel, to.asSlice(done));
      if (received < 0) {
        throw new EOFException(
            "the channel ended after " + done + " of " + to.byteSize() + " bytes");
      }
      done += received;
    }
  }

  /**
   * Sends at most {@value #PIECE_BYTES} bytes of a segment: one {@link WritableByteChannel#write}.
   *
   * @return bytes sent, which may be fewer, and 0 if a non-blocking channel takes none
   * @throws IOException if the channel cannot be written
   * @throws IllegalArgumentException if the segment is not of the arena
   */
  public int send(WritableByteChannel channel, MemorySegment from) throws IOException {
    if (from.byteSize() == 0) {
      return 0;
    }
    try (TransparentPin pin = arena.pinReadOnly(piece(from, 0))) {
      return channel.write(pin.segment().asByteBuffer());
    }
  }

  /**
   * Sends the whole segment. For a blocking channel.
   *
   * @throws IOException if the channel cannot be written; a part may have been
   * @throws IllegalArgumentException if the segment is not of the arena
   */
  public void sendFully(WritableByteChannel channel, MemorySegment from) throws IOException {
    for (long done = 0; done < from.byteSize(); ) {
      done += send(channel, from.asSlice(done));
    }
  }

  private static MemorySegment piece(MemorySegment segment, long from) {
    return segment.asSlice(from, Math.min(PIECE_BYTES, segment.byteSize() - from));
  }
}
