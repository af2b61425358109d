package io.predicomp.os.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.feature.ProbeResult.Supported;
import io.predicomp.os.feature.ProbeResult.Unknown;
import io.predicomp.os.feature.ProbeResult.Unsupported;
import io.predicomp.os.testing.FakeRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProbesTest {
  @TempDir private Path directory;
  private FakeRoot root;

  @BeforeEach
  void emptyRoot() {
    root = new FakeRoot(directory);
  }

  private ProbeResult probe(KernelFeature feature) {
    return feature.probe(directory);
  }

  @Test
  void pressureStall() {
    assertInstanceOf(Unsupported.class, probe(KernelFeature.PRESSURE_STALL));
    root.with("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    assertInstanceOf(Supported.class, probe(KernelFeature.PRESSURE_STALL));
    root.with("proc/pressure/memory", "something else\n");
    assertInstanceOf(Unknown.class, probe(KernelFeature.PRESSURE_STALL));
  }

  @Test
  void pressureStallThatIsSwitchedOff() {
    // Opening fails with another error than a missing file, as it does with psi=0.
    root.withDirectory("proc/pressure/memory");
    Unsupported result = assertInstanceOf(Unsupported.class, probe(KernelFeature.PRESSURE_STALL));
    assertEquals("boot the kernel with psi=1", result.remedy());
  }

  @Test
  void smapsRollup() {
    assertInstanceOf(Unsupported.class, probe(KernelFeature.SMAPS_ROLLUP));
    root.with("proc/self/smaps_rollup", "Rss: 1 kB\n");
    assertInstanceOf(Unknown.class, probe(KernelFeature.SMAPS_ROLLUP));
    root.with(
        "proc/self/smaps_rollup",
        """
        Rss: 1 kB
        Pss: 1 kB
        Pss_Anon: 1 kB
        Pss_File: 0 kB
        Pss_Shmem: 0 kB
        Anonymous: 1 kB
        Swap: 0 kB
        """);
    assertInstanceOf(Supported.class, probe(KernelFeature.SMAPS_ROLLUP));
  }

  @Test
  void zram() {
    assertInstanceOf(Unsupported.class, probe(KernelFeature.ZRAM));
    root.with("sys/class/zram-control/hot_add", "");
    assertInstanceOf(Supported.class, probe(KernelFeature.ZRAM));
  }

  @Test
  void cgroupMemory() {
    assertInstanceOf(Unsupported.class, probe(KernelFeature.CGROUP_MEMORY));
    root.with("proc/self/cgroup", "0::/app\n")
        .with("proc/self/mountinfo", "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw\n")
        .with("cg/app/memory.max", "4096000\n")
        .with("cg/app/memory.high", "max\n")
        .with("cg/app/memory.current", "4096\n")
        .with("cg/app/memory.stat", "inactive_file 0\n");
    assertEquals(new Supported("limit 4096000 bytes"), probe(KernelFeature.CGROUP_MEMORY));
    root.with("cg/app/memory.max", "max\n");
    assertEquals(new Supported("no limit"), probe(KernelFeature.CGROUP_MEMORY));
    root.with("cg/app/memory.max", "?\n");
    assertInstanceOf(Unknown.class, probe(KernelFeature.CGROUP_MEMORY));
  }

  @Test
  void tracepoints() {
    // Not mounted in that root: then this machine's is looked for, and else the kernel is asked to
    // mount it for this process.
    ProbeResult unmounted = probe(KernelFeature.TRACEPOINTS);
    switch (unmounted) {
      case Supported(String detail) ->
          assertTrue(
              detail.equals("tracefs, mounted for this process only")
                  || detail.startsWith("tracefs at /sys/kernel/"),
              detail);
      case Unsupported(String reason, String remedy) ->
          assertTrue((reason + remedy).contains("tracefs"), unmounted::toString);
      case Unknown(String reason) -> assertTrue(reason.contains("tracefs"), reason);
    }
    root.with("sys/kernel/debug/tracing/events/sched/sched_process_exec/id", "310\n");
    assertEquals(
        new Supported("tracefs at /sys/kernel/debug/tracing"), probe(KernelFeature.TRACEPOINTS));
  }
}
