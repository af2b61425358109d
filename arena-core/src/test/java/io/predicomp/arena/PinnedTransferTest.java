package io.predicomp.arena;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers of pages that are not in memory, which fail without a pin. */
class PinnedTransferTest {
  private static final int BYTES = 3 << 20;

  @TempDir Path directory;

  private CompressedArena arena;
  private TransparentArena memory;
  private PinnedTransfer transfer;
  private MemorySegment segment;
  private byte[] content;

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  @BeforeEach
  void open() {
    arena = CompressedArena.open();
    memory = arena.transparent();
    transfer = new PinnedTransfer(memory);
    segment = memory.allocate(BYTES, 8);
    content = new byte[BYTES];
    Random random = new Random(1);
    for (int i = 0; i < BYTES; i++) {
      content[i] = (byte) (i % 16 == 0 ? random.nextInt() : i >> 8);
    }
    MemorySegment.copy(content, 0, segment, JAVA_BYTE, 0, BYTES);
    assertEquals(BYTES / 4096, memory.compress(segment));
  }

  @AfterEach
  void close() {
    arena.close(); // refuses with pins open
  }

  @Test
  void files() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("file"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      assertThrows(IOException.class, () -> file.write(segment.asByteBuffer(), 0));

      transfer.write(file, 5, segment);

      assertEquals(5 + BYTES, file.size());
      segment.fill((byte) 1);
      memory.compress(segment);
      assertEquals(BYTES, transfer.read(file, 5, segment));
      assertArrayEquals(content, segment.toArray(JAVA_BYTE));
      memory.compress(segment);
      assertEquals(5, transfer.read(file, BYTES, segment), "up to the end of the file");
      assertEquals(0, transfer.read(file, 2L * BYTES, segment));
    }
  }

  @Test
  void streams() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel out = SocketChannel.open(server.getLocalAddress());
          SocketChannel in = server.accept()) {
        MemorySegment received = memory.allocate(BYTES, 8);
        received.fill((byte) 2);
        memory.compress(received);
        Thread sender =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        transfer.sendFully(out, segment);
                        out.shutdownOutput();
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });

        transfer.receiveFully(in, received);

        sender.join();
        assertArrayEquals(content, received.toArray(JAVA_BYTE));
        assertEquals(-1, transfer.receive(in, received));
        assertThrows(EOFException.class, () -> transfer.receiveFully(in, received));
      }
    }
  }

  @Test
  void datagrams() throws IOException {
    try (DatagramChannel one = DatagramChannel.open();
        DatagramChannel other = DatagramChannel.open()) {
      one.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      one.connect(other.getLocalAddress());
      other.connect(one.getLocalAddress());
      MemorySegment message = segment.asSlice(4096 - 7, 9000);

      assertEquals(9000, transfer.send(one, message));
      memory.compress(segment);
      MemorySegment received = segment.asSlice(1 << 20, 20_000);
      assertEquals(9000, transfer.receive(other, received));

      assertEquals(-1, message.mismatch(received.asSlice(0, 9000)));
    }
  }

  @Test
  void onlySegmentsOfTheArenaThatMayBeWritten() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open();
        Arena other = Arena.ofConfined()) {
      assertEquals(0, transfer.receive(channel, segment.asSlice(0, 0)));
      assertThrows(IllegalArgumentException.class, () -> transfer.send(channel, other.allocate(8)));
      assertThrows(
          IllegalArgumentException.class, () -> transfer.receive(channel, segment.asReadOnly()));
    }
  }
}
