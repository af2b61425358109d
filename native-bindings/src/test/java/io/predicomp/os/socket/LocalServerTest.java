package io.predicomp.os.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalServerTest {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir Path directory;

  private static void await(int fd) {
    try (Poller poller = new Poller(1)) {
      int place = poller.add(fd);
      poller.await(PATIENCE_NANOS);
      assertTrue(poller.isReady(place));
    }
  }

  @Test
  void thePeerIsTheProcessThatConnected() throws IOException {
    Path path = directory.resolve("socket");
    try (LocalServer server = LocalServer.listen(path)) {
      assertTrue(server.accept().isEmpty());
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(path));
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        await(server.fd());
        try (LocalConnection peer = server.accept().orElseThrow()) {
          assertEquals(ProcessHandle.current().pid(), peer.peerPid());
          assertEquals(Files.getAttribute(path, "unix:uid"), peer.peerUser());
          assertTrue(client.isConnected());
        }
      }
    }
  }

  @Test
  void bytesGoBothWaysAndNobodyWaits() throws IOException {
    Path path = directory.resolve("socket");
    try (Arena arena = Arena.ofConfined();
        LocalServer server = LocalServer.listen(path)) {
      SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
      await(server.fd());
      try (LocalConnection peer = server.accept().orElseThrow()) {
        MemorySegment buffer = arena.allocate(100_000);
        assertEquals(LocalConnection.WOULD_WAIT, peer.read(buffer));
        client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        await(peer.fd());
        assertEquals(3, peer.read(buffer));
        assertArrayEquals(
            new byte[] {1, 2, 3}, buffer.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(3, peer.write(buffer.asSlice(0, 3)));
        assertEquals(3, client.read(ByteBuffer.allocate(10)));

        int written = 0;
        while (written != LocalConnection.WOULD_WAIT) { // the client does not read
          written = peer.write(buffer);
        }
        client.close();
        await(peer.fd());
        assertEquals(LocalConnection.GONE, peer.write(buffer));
        assertEquals(LocalConnection.GONE, peer.read(buffer));
      }
    }
  }

  @Test
  void whatIsWrongWithThePathIsSaid() {
    Path path = directory.resolve("socket");
    try (LocalServer server = LocalServer.listen(path)) {
      ErrnoException taken = assertThrows(ErrnoException.class, () -> LocalServer.listen(path));
      assertTrue(taken.is(Errno.EADDRINUSE), taken::getMessage);
      assertTrue(server.fd() >= 0);
    }
    Path longest = Path.of("/" + "a".repeat(LocalServer.LONGEST_PATH));
    assertThrows(IllegalArgumentException.class, () -> LocalServer.listen(longest));
    ErrnoException missing =
        assertThrows(ErrnoException.class, () -> LocalServer.listen(directory.resolve("no/dir")));
    assertTrue(missing.is(Errno.ENOENT), missing::getMessage);
    assertFalse(Files.exists(directory.resolve("no")));
  }

  @Test
  void waitingEndsWithoutDescriptorsToo() {
    try (Poller poller = new Poller(1)) {
      poller.await(1000);
      poller.add(0);
      assertThrows(IllegalStateException.class, () -> poller.add(1));
      poller.clear();
      poller.add(1);
    }
  }
}
