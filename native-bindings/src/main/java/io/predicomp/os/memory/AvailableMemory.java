package io.predicomp.os.memory;

import io.predicomp.os.pressure.CgroupMemory;
import java.nio.file.Path;

/**
 * How much memory this process can still take before the kernel swaps or kills: the smallest of
 * what the machine and each enclosing cgroup have left. An estimate, and other processes take from
 * the same.
 *
 * @param bytes what is left, at least 0
 * @param limitedBy the file that set the figure, for messages
 */
public record AvailableMemory(long bytes, Path limitedBy) {
  /**
   * {@return what is left now}
   *
   * @throws java.io.UncheckedIOException as {@link #read(Path)}
   */
  public static AvailableMemory read() {
    return read(Path.of("/"));
  }

  /**
   * {@return what is left according to the file systems below that directory}
   *
   * @param root holds {@code proc}, and the cgroup file systems where {@code proc/self/mountinfo}
   *     says; {@code /} but in tests
   * @throws java.io.UncheckedIOException if {@code proc/meminfo} cannot be read or has no {@code
   *     MemAvailable} (before Linux 3.14), or a cgroup's files cannot be read
   */
  public static AvailableMemory read(Path root) {
    Path meminfo = root.resolve("proc/meminfo");
    AvailableMemory least =
        new AvailableMemory(KibibyteTable.read(meminfo).bytes("MemAvailable"), meminfo);
    for (CgroupMemory cgroup : CgroupMemory.enclosing(root)) {
      if (cgroup.availableBytes() < least.bytes) {
        least = new AvailableMemory(cgroup.availableBytes(), cgroup.limitFile());
      }
    }
    return least;
  }
}
