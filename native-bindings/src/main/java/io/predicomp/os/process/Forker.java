package io.predicomp.os.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.bundle.PredicompLibrary;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.libc.Downcalls;
import io.predicomp.os.libc.Libc;
import io.predicomp.os.libc.PollFd;
import io.predicomp.os.libc.ProcessCalls;
import io.predicomp.os.libc.Rusage;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Consumer;

/**
 * Makes children, and reaps each of them. For one thread: the one that made it must make all calls,
 * and the children end when it ends, even by {@code kill -9}, because the kernel kills a forked
 * child with the thread that forked it.
 *
 * <p>A forked child never returns to Java: it runs a few instructions of C and exits. Children are
 * awaited through their pidfds, many at a time by the one thread, and reaped by their own process
 * ids; so {@link ProcessBuilder} and other users of SIGCHLD notice nothing.
 *
 * <p>The most children at a time are fixed: {@link #isFull()}. {@link #close()} kills and reaps
 * those that are left, so no zombie outlives it.
 */
public final class Forker implements AutoCloseable {
  /** What a forked child gets of this process's memory. */
  public enum Inheritance {
    /**
     * Only what it needs. Lasts: as soon as there is one such forker, {@code fork(2)} by anybody in
     * this process gives children that lack most of its memory.
     */
    LITTLE,
    /** All of it, as with {@code fork(2)} of any process. */
    EVERYTHING
  }

  // int predicomp_fork(uint64_t touch_pages, uint64_t page_bytes, int *pidfd);
  private static final MethodHandle FORK =
      PredicompLibrary.link(
          "predicomp_fork", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
  private static final int SIGKILL = 9; // asm-generic/signal.h

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment polled;
  private final MemorySegment out = arena.allocate(JAVA_INT);
  private final MemorySegment usage = Rusage.allocate(arena);
  private final int[] pids;
  private final long[] startedNanos;
  private int children;

  private Forker(int mostChildren) {
    polled = arena.allocate(PollFd.SIZE * mostChildren, PollFd.SIZE);
    pids = new int[mostChildren];
    startedNanos = new long[mostChildren];
  }

  /** {@return whether children can be forked here, or why not and what to do} */
  public static ProbeResult probe() {
    return PredicompLibrary.probe();
  }

  /**
   * {@return a forker for the calling thread}
   *
   * @param mostChildren at a time, at least 1
   * @throws UnsupportedOperationException if {@link #probe()} says that it cannot work
   */
  public static Forker open(int mostChildren, Inheritance inheritance) {
    PredicompLibrary.require();
    if (inheritance == Inheritance.LITTLE) {
      InheritedMemory.reduceForThisThread();
    }
    return new Forker(mostChildren);
  }

  /**
   * {@return a forker for the calling thread that only starts programs} It needs no library of
   * ours.
   *
   * @param mostChildren at a time, at least 1
   */
  public static Forker forPrograms(int mostChildren) {
    return new Forker(mostChildren);
  }

  /** {@return children that were made and are not reaped} */
  public int children() {
    return children;
  }

  /** {@return whether there must not be one child more} */
  public boolean isFull() {
    return children == pids.length;
  }

  /**
   * Makes a child that touches pages of fresh memory of its own and exits with code 0; with another
   * if the kernel gives it no memory.
   *
   * @param touchPages pages of the system's size, at least 0
   * @return 0, or the number of the error: {@link Errno#EAGAIN} at a limit of processes, {@link
   *     Errno#ENOMEM}, {@link Errno#EMFILE}
   * @throws IllegalStateException if {@link #isFull()}
   */
  public int fork(long touchPages) {
    requireRoom();
    int pid;
    try {
      pid = (int) FORK.invokeExact(touchPages, SystemPage.SIZE, out);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
    return pid < 0 ? -pid : add(pid, out.get(JAVA_INT, 0));
  }

  /**
   * Starts a program. Returns once it runs: so the time this takes is that of fork and exec.
   *
   * @return 0, or the number of the error, of {@code clone(2)} or {@code execve(2)}
   * @throws IllegalStateException if {@link #isFull()}
   */
  public int start(SpawnCommand command) {
    requireRoom();
    int error = command.start(out);
    return error != 0 ? error : add(out.get(JAVA_INT, 0), -1);
  }

  private void requireRoom() {
    if (isFull()) {
      throw new IllegalStateException("already " + children + " children");
    }
  }

  private int add(int pid, int pidfd) {
    long now = System.nanoTime();
    // It is ours and not reaped, so the number cannot mean another process.
    int fd = pidfd >= 0 ? pidfd : Libc.pidfd_open(pid, 0);
    if (fd < 0) {
      ProcessCalls.kill(pid, SIGKILL);
      await(pid);
      return -fd;
    }
    PollFd.set(polled, children, fd);
    pids[children] = pid;
    startedNanos[children] = now;
    children++;
    return 0;
  }

  /**
   * Waits until a child has ended, and reaps all that have.
   *
   * @param timeoutNanos the longest wait; at once with 0. Without children it only waits
   * @param exits called for each child reaped
   * @return how many were reaped
   */
  public int reap(long timeoutNanos, Consumer<ChildExit> exits) {
    int ready = ProcessCalls.ppoll(polled, children, Math.max(0, timeoutNanos));
    if (ready < 0 && ready != -Errno.EINTR.number()) {
      throw new ErrnoException("ppoll", -ready, "children=" + children);
    }
    int reaped = 0;
    for (int i = children - 1; i >= 0 && ready > 0; i--) {
      if (PollFd.isReady(polled, i)) {
        exits.accept(reap(i));
        reaped++;
      }
    }
    return reaped;
  }

  private ChildExit reap(int index) {
    long started = startedNanos[index];
    int code = await(pids[index]);
    long lifetime = System.nanoTime() - started;
    Libc.close(PollFd.fd(polled, index));
    children--;
    // The last takes the free place.
    PollFd.set(polled, index, PollFd.fd(polled, children));
    pids[index] = pids[children];
    startedNanos[index] = startedNanos[children];
    return code == ChildExit.UNKNOWN
        ? new ChildExit(code, started, lifetime, 0, 0, 0)
        : new ChildExit(
            code,
            started,
            lifetime,
            Rusage.minorFaults(usage),
            Rusage.majorFaults(usage),
            Rusage.cpuNanos(usage));
  }

  /** Takes a child that has ended, or is about to, off the kernel's list. */
  private int await(int pid) {
    int result;
    do {
      result = ProcessCalls.wait4(pid, out, 0, usage);
    } while (result == -Errno.EINTR.number());
    if (result == -Errno.ECHILD.number()) {
      return ChildExit.UNKNOWN;
    }
    if (result < 0) {
      throw new ErrnoException("wait4", -result, "pid=" + pid);
    }
    int status = out.get(JAVA_INT, 0);
    int signal = status & 0x7f; // WTERMSIG of bits/waitstatus.h
    return signal == 0 ? (status >> 8) & 0xff : -signal;
  }

  /** Kills the children that are left, and reaps them. */
  @Override
  public void close() {
    for (int i = 0; i < children; i++) {
      ProcessCalls.kill(pids[i], SIGKILL);
    }
    while (children > 0) {
      reap(children - 1);
    }
    arena.close();
  }
}
