package io.predicomp.os.bpf;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.BpfAttr;
import io.predicomp.os.libc.PerfEventAttr;
import io.predicomp.os.libc.TracingCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** A program that the kernel's verifier has accepted, for tracepoints. */
public final class BpfProgram implements AutoCloseable {
  private static final int BPF_PROG_TYPE_TRACEPOINT = 5; // enum bpf_prog_type
  private static final int LOG_BYTES = 1 << 16;
  private static final int ANY_PROCESS = -1;
  private static final int FIRST_CPU = 0;
  private static final int NO_GROUP = -1;

  private final OwnedFd fd;

  private BpfProgram(OwnedFd fd) {
    this.fd = fd;
  }

  /**
   * Gives instructions to the kernel.
   *
   * @param name for tools that list programs, and in messages; letters, digits and underscores
   * @throws BpfVerifierException if the verifier refuses the program
   * @throws ErrnoException if the kernel refuses otherwise, such as EPERM without privilege
   */
  public static BpfProgram load(String name, long[] instructions) {
    int result = tryLoad(name, instructions, MemorySegment.NULL);
    if (result >= 0) {
      return new BpfProgram(new OwnedFd(result));
    }
    if (result == -Errno.EPERM.number()) {
      throw new ErrnoException("bpf", -result, "BPF_PROG_LOAD, " + name);
    }
    // Once more, to be told why: the log costs time and has to have room.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      result = tryLoad(name, instructions, log);
      if (result >= 0) {
        return new BpfProgram(new OwnedFd(result));
      }
      String said = log.getString(0, StandardCharsets.UTF_8);
      throw said.isBlank()
          ? new ErrnoException("bpf", -result, "BPF_PROG_LOAD, " + name)
          : new BpfVerifierException(name, said);
    }
  }

  private static int tryLoad(String name, long[] instructions, MemorySegment log) {
    try (Arena arena = Arena.ofConfined()) {
      return TracingCalls.bpf(
          BpfAttr.PROG_LOAD,
          BpfAttr.program(arena, BPF_PROG_TYPE_TRACEPOINT, name, instructions, log));
    }
  }

  /**
   * Runs the program at each event of a tracepoint, on every processor, until the result is closed.
   *
   * @throws ErrnoException if the kernel refuses: EACCES or EPERM without CAP_PERFMON, EINVAL if
   *     the program reads beyond the event's fields
   */
  public OwnedFd attach(Tracepoint tracepoint) {
    int result;
    try (Arena arena = Arena.ofConfined()) {
      result =
          TracingCalls.perf_event_open(
              PerfEventAttr.tracepoint(arena, tracepoint.id()),
              ANY_PROCESS,
              FIRST_CPU, // the program is run wherever the tracepoint is hit
              NO_GROUP,
              PerfEventAttr.CLOSE_ON_EXEC);
    }
    if (result < 0) {
      throw new ErrnoException("perf_event_open", -result, "tracepoint " + tracepoint.name());
    }
    OwnedFd event = new OwnedFd(result);
    try {
      request(event, PerfEventAttr.SET_BPF, fd.number(), "PERF_EVENT_IOC_SET_BPF", tracepoint);
      request(event, PerfEventAttr.ENABLE, 0, "PERF_EVENT_IOC_ENABLE", tracepoint);
    } catch (RuntimeException e) {
      event.close();
      throw e;
    }
    return event;
  }

  private static void request(
      OwnedFd event, long request, long argument, String name, Tracepoint tracepoint) {
    int result = TracingCalls.ioctl(event.number(), request, argument);
    if (result < 0) {
      throw new ErrnoException("ioctl", -result, name + ", tracepoint " + tracepoint.name());
    }
  }

  /** Gives the program up; where it is attached it goes on. */
  @Override
  public void close() {
    fd.close();
  }
}
