package io.predicomp.os.feature;

import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.os.pressure.CgroupMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Probes that read a file or two. */
final class FileProbes {
  private FileProbes() {}

  static ProbeResult smapsRollup(Path root) {
    Path file = root.resolve("proc/self/smaps_rollup");
    try {
      SmapsRollup.read(file);
      return new ProbeResult.Supported();
    } catch (UncheckedIOException e) {
      return e.getCause() instanceof NoSuchFileException
          ? new ProbeResult.Unsupported(
              "there is no /proc/self/smaps_rollup", "use Linux 5.4 or newer, and mount /proc")
          : new ProbeResult.Unknown(e.getCause().getMessage());
    }
  }

  static ProbeResult pressureStall(Path root) {
    Path file = root.resolve("proc/pressure/memory");
    try {
      return Files.readString(file).startsWith("some avg10=")
          ? new ProbeResult.Supported()
          : new ProbeResult.Unknown(file + " has a form that is not known");
    } catch (NoSuchFileException e) {
      return new ProbeResult.Unsupported(
          "there is no /proc/pressure/memory",
          "use Linux 4.20 or newer, built with CONFIG_PSI and booted with psi=1");
    } catch (IOException e) {
      // EOPNOTSUPP: built in, and switched off at boot (CONFIG_PSI_DEFAULT_DISABLED).
      return new ProbeResult.Unsupported(e.getMessage(), "boot the kernel with psi=1");
    }
  }

  static ProbeResult zram(Path root) {
    Path add = root.resolve("sys/class/zram-control/hot_add");
    if (!Files.exists(add)) {
      return new ProbeResult.Unsupported("the zram module is not loaded", "as root: modprobe zram");
    }
    // Asks for permission only: reading this file would add a device.
    return Files.isReadable(add)
        ? new ProbeResult.Supported()
        : new ProbeResult.Unsupported("only root can add zram devices", "run as root");
  }

  static ProbeResult cgroupMemory(Path root) {
    try {
      List<CgroupMemory> accounts = CgroupMemory.enclosing(root);
      return accounts.isEmpty()
          ? new ProbeResult.Unsupported(
              "no cgroup with a memory account holds this process",
              "start it in one, for instance with systemd-run or in a container")
          : new ProbeResult.Supported(describe(accounts.getFirst()));
    } catch (UncheckedIOException e) {
      return new ProbeResult.Unknown(e.getCause().toString());
    }
  }

  private static String describe(CgroupMemory account) {
    return account.limitBytes() == Long.MAX_VALUE
        ? "no limit"
        : "limit " + account.limitBytes() + " bytes";
  }
}
