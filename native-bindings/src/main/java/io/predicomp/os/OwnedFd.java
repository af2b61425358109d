package io.predicomp.os;

import io.predicomp.os.libc.Libc;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file descriptor and the duty to close it. Closes once, from any thread; whoever closes it must
 * know that no other thread is still using the number.
 */
public final class OwnedFd implements AutoCloseable {
  private final int fd;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param fd an open descriptor that nobody else will close
   * @throws IllegalArgumentException if {@code fd} is negative
   */
  public OwnedFd(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("a file descriptor is at least 0, not " + fd);
    }
    this.fd = fd;
  }

  /**
   * {@return the number, valid until close}
   *
   * @throws IllegalStateException if it was closed: the number may belong to another file by now
   */
  public int number() {
    if (closed.get()) {
      throw new IllegalStateException("file descriptor " + fd + " is closed");
    }
    return fd;
  }

  /** Closes the descriptor; does nothing the second time. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // Not repeated on EINTR: Linux has closed it even then (close(2), notes).
      int result = Libc.close(fd);
      if (result < 0 && result != -Errno.EINTR.number()) {
        throw new ErrnoException("close", -result, "fd=" + fd);
      }
    }
  }
}
