package io.predicomp.os.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A peer of a {@link LocalServer}. Never waits. For one thread. */
public final class LocalConnection implements AutoCloseable {
  /** Nothing can be read or written at this moment. */
  public static final int WOULD_WAIT = -1;

  /** The peer is gone. */
  public static final int GONE = -2;

  // struct ucred { pid_t pid; uid_t uid; gid_t gid; }; of bits/socket.h
  private static final long UCRED_BYTES = 12;

  private final OwnedFd fd;
  private final int peerPid;
  private final int peerUser;

  LocalConnection(OwnedFd fd) {
    this.fd = fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(UCRED_BYTES, Integer.BYTES);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) UCRED_BYTES);
      int result =
          SocketCalls.getsockopt(
              fd.number(), SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERCRED, credentials, length);
      if (result < 0) {
        fd.close();
        throw new ErrnoException("getsockopt", -result, "SO_PEERCRED");
      }
      peerPid = credentials.get(JAVA_INT, 0);
      peerUser = credentials.get(JAVA_INT, Integer.BYTES);
    }
  }

  /**
   * {@return the process that connected, as the kernel says; 0 if it is in no namespace of ours}
   */
  public int peerPid() {
    return peerPid;
  }

  /** {@return the number of the user as whom it connected} */
  public int peerUser() {
    return peerUser;
  }

  /** {@return the descriptor to wait for} */
  public int fd() {
    return fd.number();
  }

  /** {@return the bytes read, at least 1, or {@link #WOULD_WAIT}, or {@link #GONE}} */
  public int read(MemorySegment buffer) {
    long result = SocketCalls.recv(fd.number(), buffer, SocketCalls.MSG_DONTWAIT);
    return result == 0 ? GONE : outcome(result);
  }

  /** {@return the bytes written, or {@link #WOULD_WAIT}, or {@link #GONE}} */
  public int write(MemorySegment data) {
    return outcome(
        SocketCalls.send(fd.number(), data, SocketCalls.MSG_DONTWAIT | SocketCalls.MSG_NOSIGNAL));
  }

  private static int outcome(long result) {
    if (result == -Errno.EAGAIN.number() || result == -Errno.EINTR.number()) {
      return WOULD_WAIT;
    }
    return result < 0 ? GONE : (int) result;
  }

  @Override
  public void close() {
    fd.close();
  }
}
