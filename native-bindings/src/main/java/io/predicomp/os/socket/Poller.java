package io.predicomp.os.socket;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.PollFd;
import io.predicomp.os.libc.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits until one of several descriptors can be read: poll(2). For one thread; allocates nothing.
 */
public final class Poller implements AutoCloseable {
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment descriptors;
  private final int most;
  private int count;

  /**
   * @param most descriptors at a time
   */
  public Poller(int most) {
    this.most = most;
    descriptors = arena.allocate(PollFd.SIZE * most, PollFd.SIZE);
  }

  /** Forgets all descriptors. */
  public void clear() {
    count = 0;
  }

  /**
   * {@return the place of a descriptor that is waited for from now on}
   *
   * @throws IllegalStateException if there are too many
   */
  public int add(int fd) {
    if (count == most) {
      throw new IllegalStateException("already " + most + " descriptors");
    }
    PollFd.set(descriptors, count, fd);
    return count++;
  }

  /**
   * Waits, also without descriptors.
   *
   * @param nanos the longest wait; at once with 0
   */
  public void await(long nanos) {
    int result = ProcessCalls.ppoll(descriptors, count, Math.max(0, nanos));
    if (result < 0 && result != -Errno.EINTR.number()) {
      throw new ErrnoException("ppoll", -result, "descriptors=" + count);
    }
  }

  /** {@return whether the descriptor at that place can be read, or its other end is gone} */
  public boolean isReady(int place) {
    return PollFd.isReady(descriptors, place);
  }

  @Override
  public void close() {
    arena.close();
  }
}
