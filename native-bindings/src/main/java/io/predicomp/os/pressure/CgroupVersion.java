package io.predicomp.os.pressure;

import java.util.Optional;

/**
 * The two interfaces of the memory controller. Sources: {@code admin-guide/cgroup-v1/memory.rst}
 * and {@code admin-guide/cgroup-v2.rst} of the kernel's documentation.
 */
enum CgroupVersion {
  V1("memory.limit_in_bytes", null, "memory.usage_in_bytes", "total_inactive_file"),
  V2("memory.max", "memory.high", "memory.current", "inactive_file");

  /** A file with a line for each process of the cgroup; writing a number moves one in. */
  static final String MEMBERS_FILE = "cgroup.procs";

  private final String limitFile;
  private final String softLimitFile;
  private final String usageFile;
  private final String inactiveFileStatistic;

  CgroupVersion(
      String limitFile, String softLimitFile, String usageFile, String inactiveFileStatistic) {
    this.limitFile = limitFile;
    this.softLimitFile = softLimitFile;
    this.usageFile = usageFile;
    this.inactiveFileStatistic = inactiveFileStatistic;
  }

  String limitFile() {
    return limitFile;
  }

  /** {@return the limit above which processes are slowed down, where there is one} */
  Optional<String> softLimitFile() {
    return Optional.ofNullable(softLimitFile);
  }

  String usageFile() {
    return usageFile;
  }

  /** {@return the line of {@code memory.stat}, of the cgroup and those below it} */
  String inactiveFileStatistic() {
    return inactiveFileStatistic;
  }
}
