package io.predicomp.os.feature;

import java.nio.file.Path;

/** What predicomp uses of the kernel, or will, each with its probe. */
public enum KernelFeature {
  MEMBARRIER_PRIVATE_EXPEDITED(
      "membarrier, private expedited",
      "checked mode: closing a page without a fence in every access",
      "pages are closed by a handshake of all threads, slower per batch"),
  MADVISE_DONTNEED(
      "madvise, DONTNEED", "giving pages back to the kernel", "the arena cannot save memory"),
  PROCESS_MADVISE_SELF(
      "process_madvise, DONTNEED on oneself",
      "giving many scattered pages back by one call",
      "one madvise per run of contiguous pages, slower with several threads"),
  MINCORE(
      "mincore",
      "counting resident pages in tests and measurements",
      "residency of a range cannot be told"),
  SMAPS_ROLLUP(
      "/proc/self/smaps_rollup", "reporting RSS and PSS", "benchmarks cannot report memory"),
  CGROUP_MEMORY(
      "cgroup memory account",
      "refusing regions that do not fit in the container",
      "only the machine's available memory is respected"),
  PRESSURE_STALL(
      "pressure stall information (PSI)",
      "steering by memory pressure",
      "budgets follow the arena's own stalls only"),
  USERFAULTFD(
      "userfaultfd in user mode, with SIGBUS and write protection",
      "transparent mode",
      "checked mode only"),
  DAMON_VADDR(
      "DAMON on virtual addresses",
      "finding cold pages without touching them",
      "the arena uses its own evidence of accesses"),
  BPF_TRACEPOINT_PROGRAMS(
      "BPF ring buffer and tracepoint programs",
      "the controller: following exec, fork and exit",
      "the controller learns of processes by the process connector, or by polling"),
  PERF_EVENTS(
      "perf events of all processes",
      "the controller: attaching programs to tracepoints",
      "the controller learns of processes by the process connector, or by polling"),
  TRACEPOINTS(
      "tracepoint descriptions (tracefs)",
      "the controller: numbers and fields of tracepoints",
      "the controller learns of processes by the process connector, or by polling"),
  ZRAM("zram", "comparison with compressed swap", "the comparison leaves zram out");

  private final String title;
  private final String neededFor;
  private final String without;

  KernelFeature(String title, String neededFor, String without) {
    this.title = title;
    this.neededFor = neededFor;
    this.without = without;
  }

  /** {@return its name for people} */
  public String title() {
    return title;
  }

  /** {@return what predicomp uses it for} */
  public String neededFor() {
    return neededFor;
  }

  /** {@return what happens where it is missing} */
  public String without() {
    return without;
  }

  /** {@return whether it can be used by this process now; changes nothing outside it} */
  public ProbeResult probe() {
    return probe(Path.of("/"));
  }

  /**
   * {@return as {@link #probe()}, with the kernel's files below another directory} System calls are
   * made to the real kernel nevertheless.
   *
   * @param root the root directory, or in tests a directory that looks like one
   */
  ProbeResult probe(Path root) {
    return switch (this) {
      case MEMBARRIER_PRIVATE_EXPEDITED -> MemoryProbes.membarrier();
      case MADVISE_DONTNEED -> MemoryProbes.madvise();
      case PROCESS_MADVISE_SELF -> MemoryProbes.processMadvise();
      case MINCORE -> MemoryProbes.mincore();
      case SMAPS_ROLLUP -> FileProbes.smapsRollup(root);
      case CGROUP_MEMORY -> FileProbes.cgroupMemory(root);
      case PRESSURE_STALL -> FileProbes.pressureStall(root);
      case USERFAULTFD -> UserfaultfdProbe.run();
      case DAMON_VADDR -> DamonProbe.run(root);
      case BPF_TRACEPOINT_PROGRAMS -> TracingProbes.bpf();
      case PERF_EVENTS -> TracingProbes.perfEvents();
      case TRACEPOINTS -> TracingProbes.tracepoints(root);
      case ZRAM -> FileProbes.zram(root);
    };
  }
}
