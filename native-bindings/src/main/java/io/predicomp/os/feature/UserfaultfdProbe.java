package io.predicomp.os.feature;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.ProbeCalls;
import io.predicomp.os.libc.UffdioApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Opens a userfaultfd, asks for its features and closes it; no memory is registered. */
final class UserfaultfdProbe {
  private static final int O_CLOEXEC = 0x80000; // asm-generic/fcntl.h
  private static final int FLAGS = O_CLOEXEC | UffdioApi.USER_MODE_ONLY;

  private static final String ALLOW =
      "allow userfaultfd in the seccomp profile (the default ones of container engines deny it)";

  /** {@code UFFD_FEATURE_*} of {@code linux/userfaultfd.h}: what transparent mode stands on. */
  private record Feature(String name, long bit, String since) {}

  private static final List<Feature> REQUIRED =
      List.of(
          new Feature("SIGBUS", 1 << 7, "4.14"),
          new Feature("PAGEFAULT_FLAG_WP", 1 << 0, "5.7 on x86-64, 6.10 on AArch64"),
          new Feature("EXACT_ADDRESS", 1 << 11, "5.18"));

  private UserfaultfdProbe() {}

  static ProbeResult run() {
    int fd = ProbeCalls.userfaultfd(FLAGS);
    if (fd < 0) {
      return Refusal.of(
          new ErrnoException("userfaultfd", -fd, "flags=O_CLOEXEC | UFFD_USER_MODE_ONLY"),
          "use Linux 5.11 or newer, built with CONFIG_USERFAULTFD",
          ALLOW);
    }
    try (OwnedFd owned = new OwnedFd(fd);
        Arena arena = Arena.ofConfined()) {
      MemorySegment api = UffdioApi.allocate(arena);
      int result = ProbeCalls.ioctl(owned.number(), UffdioApi.REQUEST, api);
      if (result < 0) {
        return Refusal.of(
            new ErrnoException("ioctl", -result, "fd=userfaultfd, request=UFFDIO_API"),
            "use Linux 5.11 or newer",
            ALLOW);
      }
      return judge(UffdioApi.features(api));
    }
  }

  /** {@return whether a kernel with those feature bits will do} */
  static ProbeResult judge(long features) {
    for (Feature feature : REQUIRED) {
      if ((features & feature.bit) == 0) {
        return new ProbeResult.Unsupported(
            "userfaultfd lacks UFFD_FEATURE_" + feature.name,
            "use a kernel that has it: Linux " + feature.since + " or newer");
      }
    }
    return new ProbeResult.Supported("features 0x" + Long.toHexString(features));
  }
}
