package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * A descriptor to wait for ({@code asm-generic/poll.h}), element of an array.
 *
 * <pre>{@code
 * struct pollfd {
 *   int fd;
 *   short events;
 *   short revents;
 * };
 * }</pre>
 */
public final class PollFd {
  /** {@code POLLIN} in {@code asm-generic/poll.h}; of a pidfd: the process has ended. */
  static final short POLLIN = 1;

  /** Bytes of one element. */
  public static final long SIZE = 8;

  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));

  private PollFd() {}

  /** Asks for input of a descriptor. */
  public static void set(MemorySegment array, int index, int fd) {
    array.set(JAVA_INT, index * SIZE, fd);
    array.set(JAVA_SHORT, index * SIZE + 4, POLLIN);
    array.set(JAVA_SHORT, index * SIZE + 6, (short) 0);
  }

  /** {@return the descriptor} */
  public static int fd(MemorySegment array, int index) {
    return array.get(JAVA_INT, index * SIZE);
  }

  /** {@return whether it has something to say} */
  public static boolean isReady(MemorySegment array, int index) {
    return array.get(JAVA_SHORT, index * SIZE + 6) != 0;
  }
}
