package io.predicomp.os.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Listens at a path of the file system, readable and writable by its owner alone. Never waits. For
 * one thread. The JDK's own sockets of this kind do not tell the peer's process.
 */
public final class LocalServer implements AutoCloseable {
  /** The longest path, in bytes: {@code sun_path} of {@code sys/un.h} less the zero at its end. */
  public static final int LONGEST_PATH = 107;

  private static final int OWNER_ONLY = 0600;
  private static final int BACKLOG = 128;

  private final OwnedFd fd;

  private LocalServer(OwnedFd fd) {
    this.fd = fd;
  }

  /**
   * Begins to listen. The path stays when the server is closed.
   *
   * @throws IllegalArgumentException if the path is longer than {@link #LONGEST_PATH} bytes
   * @throws ErrnoException EADDRINUSE if there is something at the path, or whatever else is wrong
   *     with it
   */
  public static LocalServer listen(Path path) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST_PATH) {
      throw new IllegalArgumentException(
          "a socket's path has at most %d bytes, not %d".formatted(LONGEST_PATH, bytes.length));
    }
    int type = SocketCalls.SOCK_STREAM | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;
    OwnedFd fd =
        new OwnedFd(check("socket", SocketCalls.socket(SocketCalls.AF_UNIX, type, 0), path));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(Short.BYTES + bytes.length + 1L);
      address.set(JAVA_SHORT, 0, (short) SocketCalls.AF_UNIX);
      MemorySegment.copy(bytes, 0, address, JAVA_BYTE, Short.BYTES, bytes.length);
      // Before bind, which makes the file with these permissions: it is never open to others.
      check("fchmod", SocketCalls.fchmod(fd.number(), OWNER_ONLY), path);
      check("bind", SocketCalls.bind(fd.number(), address), path);
      check("listen", SocketCalls.listen(fd.number(), BACKLOG), path);
      return new LocalServer(fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static int check(String call, int result, Path path) {
    if (result < 0) {
      throw new ErrnoException(call, -result, path.toString());
    }
    return result;
  }

  /** {@return the descriptor to wait for: readable when somebody connects} */
  public int fd() {
    return fd.number();
  }

  /**
   * {@return a peer that has connected, or empty if there is none}
   *
   * @throws ErrnoException if there is one and no descriptor or memory left for it
   */
  public Optional<LocalConnection> accept() {
    int result =
        SocketCalls.accept4(fd.number(), SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC);
    if (result == -Errno.EAGAIN.number()
        || result == -Errno.EINTR.number()
        || result == -Errno.ECONNABORTED.number()) {
      return Optional.empty();
    }
    if (result < 0) {
      throw new ErrnoException("accept4", -result, "");
    }
    return Optional.of(new LocalConnection(new OwnedFd(result)));
  }

  @Override
  public void close() {
    fd.close();
  }
}
