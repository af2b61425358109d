package io.predicomp.os.feature;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.SystemPage;
import io.predicomp.os.bpf.BpfAssembler;
import io.predicomp.os.bpf.BpfMap;
import io.predicomp.os.bpf.BpfProgram;
import io.predicomp.os.bpf.BpfRegister;
import io.predicomp.os.bpf.Tracefs;
import io.predicomp.os.libc.PerfEventAttr;
import io.predicomp.os.libc.TracingCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** Probes of what following other processes needs. What they create is closed at once. */
final class TracingProbes {
  private static final int ANY_PROCESS = -1;
  private static final int FIRST_CPU = 0;
  private static final int NO_GROUP = -1;

  private TracingProbes() {}

  /** A ring buffer is created, and a program that does nothing loaded but attached to nothing. */
  static ProbeResult bpf() {
    long[] nothing = new BpfAssembler().move(BpfRegister.R0, 0).exit().instructions();
    try {
      BpfMap.ringBuffer(Math.toIntExact(SystemPage.SIZE)).close();
      BpfProgram.load("nothing", nothing).close();
      return new ProbeResult.Supported();
    } catch (ErrnoException e) {
      return Refusal.of(
          e,
          "use Linux 5.8 or newer, built with CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS",
          "run as root, or with CAP_BPF and CAP_PERFMON, and allow bpf in the seccomp profile");
    }
  }

  /** An event that counts nothing is opened for all processes on one CPU. */
  static ProbeResult perfEvents() {
    try (Arena arena = Arena.ofConfined()) {
      int fd =
          TracingCalls.perf_event_open(
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
    Optional<Tracefs> mounted = Tracefs.find(root);
    if (mounted.isPresent()) {
      return new ProbeResult.Supported(mounted.get().place());
    }
    try (Tracefs own = Tracefs.open()) {
      return new ProbeResult.Supported(own.place());
    } catch (ErrnoException e) {
      return Refusal.of(
          e,
          "use a kernel built with CONFIG_FTRACE",
          "run as root, or as root: mount -t tracefs nodev /sys/kernel/tracing");
    }
  }
}
