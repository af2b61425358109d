package io.predicomp.os.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.FakeRoot;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path directory;
  private FakeRoot root;

  @BeforeEach
  void machineWith1000MibLeft() {
    root =
        new FakeRoot(directory)
            .with(
                "proc/meminfo",
                "MemTotal: 8192000 kB\nMemFree: 10240 kB\nMemAvailable:   1024000 kB\n");
  }

  @Test
  void withoutCgroupsTheMachineDecides() {
    assertEquals(
        new AvailableMemory(1000 * MIB, directory.resolve("proc/meminfo")),
        AvailableMemory.read(directory));
  }

  @Test
  void theTightestOfNestedCgroupsDecides() {
    root.with("proc/self/cgroup", "0::/outer/inner\n")
        .with("proc/self/mountinfo", "41 31 0:38 / /cg rw,relatime - cgroup2 cgroup2 rw\n")
        .with("cg/outer/memory.max", (600 * MIB) + "\n")
        .with("cg/outer/memory.high", "max\n")
        .with("cg/outer/memory.current", (500 * MIB) + "\n")
        .with("cg/outer/memory.stat", "anon 1\ninactive_file " + (50 * MIB) + "\n")
        .with("cg/outer/inner/memory.max", (400 * MIB) + "\n")
        .with("cg/outer/inner/memory.high", "max\n")
        .with("cg/outer/inner/memory.current", (10 * MIB) + "\n")
        .with("cg/outer/inner/memory.stat", "inactive_file 0\n");
    assertEquals(
        new AvailableMemory(150 * MIB, directory.resolve("cg/outer/memory.max")),
        AvailableMemory.read(directory));
  }

  @Test
  void aLimitAboveWhatTheMachineHasDoesNotCount() {
    root.with("proc/self/cgroup", "4:memory:/job\n")
        .with("proc/self/mountinfo", "35 31 0:32 / /cg rw - cgroup cgroup rw,memory\n")
        .with("cg/job/memory.limit_in_bytes", "9223372036854771712\n")
        .with("cg/job/memory.usage_in_bytes", "4096\n")
        .with("cg/job/memory.stat", "total_inactive_file 0\n");
    assertEquals(directory.resolve("proc/meminfo"), AvailableMemory.read(directory).limitedBy());
  }

  @Test
  void aMachineThatDoesNotSayIsAnError() {
    root.with("proc/meminfo", "MemTotal: 8192000 kB\n");
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> AvailableMemory.read(directory));
    assertTrue(e.getMessage().contains("has no line MemAvailable"), e.getMessage());
  }

  @Test
  void thisMachineHasSomethingLeft() {
    assertTrue(AvailableMemory.read().bytes() > 0);
  }
}
