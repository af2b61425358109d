package io.predicomp.os.feature;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.SystemPage;
import io.predicomp.os.libc.BpfAttr;
import io.predicomp.os.libc.PerfEventAttr;
import io.predicomp.os.libc.ProbeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Probes of what following other processes needs. What they create is closed at once. */
final class TracingProbes {
  private static final int ANY_PROCESS = -1;
  private static final int FIRST_CPU = 0;
  private static final int NO_GROUP = -1;

  private static final List<String> TRACEFS_MOUNT_POINTS =
      List.of("sys/kernel/tracing", "sys/kernel/debug/tracing");

  private TracingProbes() {}

  /** A ring buffer is created, and a program that does nothing loaded but attached to nothing. */
  static ProbeResult bpf() {
    try (Arena arena = Arena.ofConfined()) {
      int ringBytes = Math.toIntExact(SystemPage.SIZE);
      int map = ProbeCalls.bpf(BpfAttr.MAP_CREATE, BpfAttr.ringBuffer(arena, ringBytes));
      if (map < 0) {
        return refused(map, "BPF_MAP_CREATE, BPF_MAP_TYPE_RINGBUF");
      }
      new OwnedFd(map).close();
      int program = ProbeCalls.bpf(BpfAttr.PROG_LOAD, BpfAttr.emptyTracepointProgram(arena));
      if (program < 0) {
        return refused(program, "BPF_PROG_LOAD, BPF_PROG_TYPE_TRACEPOINT");
      }
      new OwnedFd(program).close();
      return new ProbeResult.Supported();
    }
  }

  private static ProbeResult refused(int result, String arguments) {
    return Refusal.of(
        new ErrnoException("bpf", -result, arguments),
        "use Linux 5.8 or newer, built with CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS",
        "run as root, or with CAP_BPF and CAP_PERFMON, and allow bpf in the seccomp profile");
  }

  /** An event that counts nothing is opened for all processes on one CPU. */
  static ProbeResult perfEvents() {
    try (Arena arena = Arena.ofConfined()) {
      int fd =
          ProbeCalls.perf_event_open(
              PerfEventAttr.dummy(arena),
              ANY_PROCESS,
              FIRST_CPU,
              NO_GROUP,
              PerfEventAttr.CLOSE_ON_EXEC);
      if (fd < 0) {
        return Refusal.of(
            new ErrnoException("perf_event_open", -fd, "pid=any, cpu=0, a dummy event"),
            "use a kernel built with CONFIG_PERF_EVENTS",
            "run as root or with CAP_PERFMON, or set kernel.perf_event_paranoid to 0, and allow"
                + " perf_event_open in the seccomp profile");
      }
      new OwnedFd(fd).close();
      return new ProbeResult.Supported();
    }
  }

  static ProbeResult tracepoints(Path root) {
    for (String mountPoint : TRACEFS_MOUNT_POINTS) {
      Path id = root.resolve(mountPoint).resolve("events/sched/sched_process_exec/id");
      if (Files.isReadable(id)) {
        return new ProbeResult.Supported("tracefs at /" + mountPoint);
      }
    }
    try {
      boolean known =
          Files.readAllLines(root.resolve("proc/filesystems")).stream()
              .anyMatch(line -> line.strip().equals("nodev\ttracefs"));
      return known
          ? new ProbeResult.Unsupported(
              "tracefs is not mounted, or not readable",
              "as root: mount -t tracefs nodev /sys/kernel/tracing")
          : new ProbeResult.Unsupported(
              "the kernel has no tracefs", "use a kernel built with CONFIG_FTRACE");
    } catch (IOException e) {
      return new ProbeResult.Unknown("proc/filesystems cannot be read: " + e.getMessage());
    }
  }
}
