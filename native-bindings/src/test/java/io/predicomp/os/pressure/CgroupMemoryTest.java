package io.predicomp.os.pressure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.FakeRoot;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupMemoryTest {
  private static final String V1_MOUNT =
      "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
  private static final String V2_MOUNT =
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

  @TempDir private Path directory;
  private FakeRoot root;

  @BeforeEach
  void emptyRoot() {
    root = new FakeRoot(directory);
  }

  private void version1(String cgroup, String limit, String usage, String inactive) {
    root.with(cgroup + "/memory.limit_in_bytes", limit + "\n")
        .with(cgroup + "/memory.usage_in_bytes", usage + "\n")
        .with(cgroup + "/memory.stat", "inactive_file 1\ntotal_inactive_file " + inactive + "\n");
  }

  private void version2(String cgroup, String max, String high, String current, String inactive) {
    root.with(cgroup + "/memory.max", max + "\n")
        .with(cgroup + "/memory.high", high + "\n")
        .with(cgroup + "/memory.current", current + "\n")
        .with(cgroup + "/memory.stat", "anon 5\ninactive_file " + inactive + "\n");
  }

  private List<CgroupMemory> enclosing() {
    return CgroupMemory.enclosing(directory);
  }

  @Test
  void withoutProcThereAreNone() {
    assertEquals(List.of(), enclosing());
  }

  @Test
  void version1IsReadFromTheInnermostToTheRoot() {
    root.with("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/\n")
        .with("proc/self/mountinfo", V1_MOUNT + V2_MOUNT);
    version1("sys/fs/cgroup/memory", "9223372036854771712", "100", "10");
    version1("sys/fs/cgroup/memory/a", "1000", "300", "100");
    version1("sys/fs/cgroup/memory/a/b", "500", "200", "0");
    assertEquals(
        List.of(
            new CgroupMemory(limit("memory/a/b/memory.limit_in_bytes"), 500, 200, 0),
            new CgroupMemory(limit("memory/a/memory.limit_in_bytes"), 1000, 300, 100),
            new CgroupMemory(limit("memory/memory.limit_in_bytes"), Long.MAX_VALUE, 100, 10)),
        enclosing());
    assertEquals(List.of(300L, 800L, Long.MAX_VALUE), available());
  }

  @Test
  void version2HasNoAccountAtTheRoot() {
    root.with("proc/self/cgroup", "0::/user.slice/app\n").with("proc/self/mountinfo", V2_MOUNT);
    version2("sys/fs/cgroup/unified/user.slice", "max", "max", "900", "0");
    version2("sys/fs/cgroup/unified/user.slice/app", "700", "max", "600", "50");
    assertEquals(List.of(150L, Long.MAX_VALUE), available());
  }

  @Test
  void version2HonoursTheLimitThatThrottles() {
    root.with("proc/self/cgroup", "0::/app\n").with("proc/self/mountinfo", V2_MOUNT);
    version2("sys/fs/cgroup/unified/app", "700", "650", "600", "0");
    assertEquals(limit("unified/app/memory.high"), enclosing().getFirst().limitFile());
    assertEquals(List.of(50L), available());
  }

  @Test
  void aCgroupWithoutTheControllerIsLeftOut() {
    root.with("proc/self/cgroup", "0::/a/b\n")
        .with("proc/self/mountinfo", V2_MOUNT)
        .withDirectory("sys/fs/cgroup/unified/a/b");
    version2("sys/fs/cgroup/unified/a", "700", "max", "600", "0");
    assertEquals(List.of(100L), available());
  }

  @Test
  void aContainerSeesItsOwnCgroupAtTheMountPoint() {
    // The path of the host, and a mount that shows this cgroup as the top.
    root.with("proc/self/cgroup", "4:memory:/docker/abc\n")
        .with(
            "proc/self/mountinfo",
            V1_MOUNT
                .replace(" / /sys", " /docker/abc /sys")
                .replace("- cgroup", "master:1 - cgroup"));
    version1("sys/fs/cgroup/memory", "1000", "400", "0");
    assertEquals(List.of(600L), available());
  }

  @Test
  void aCgroupThatCannotBeSeenIsTakenForTheMountPoint() {
    root.with("proc/self/cgroup", "4:memory:/../elsewhere\n").with("proc/self/mountinfo", V1_MOUNT);
    version1("sys/fs/cgroup/memory", "1000", "400", "0");
    assertEquals(List.of(600L), available());
  }

  @Test
  void blanksInMountPointsAreUndone() {
    root.with("proc/self/cgroup", "4:memory:/\n")
        .with("proc/self/mountinfo", V1_MOUNT.replace("cgroup/memory ", "cgroup/my\\040memory "));
    version1("sys/fs/cgroup/my memory", "1000", "400", "0");
    assertEquals(List.of(600L), available());
  }

  @Test
  void usageAboveTheLimitLeavesNothing() {
    root.with("proc/self/cgroup", "0::/app\n").with("proc/self/mountinfo", V2_MOUNT);
    version2("sys/fs/cgroup/unified/app", "700", "max", "800", "0");
    assertEquals(List.of(0L), available());
  }

  @Test
  void anUnreadableAnswerIsAnErrorAndNotNoLimit() {
    root.with("proc/self/cgroup", "0::/app\n").with("proc/self/mountinfo", V2_MOUNT);
    version2("sys/fs/cgroup/unified/app", "lots", "max", "800", "0");
    UncheckedIOException e = assertThrows(UncheckedIOException.class, this::enclosing);
    assertTrue(e.getMessage().contains("memory.max holds no number: lots"), e.getMessage());
  }

  private List<Long> available() {
    return enclosing().stream().map(CgroupMemory::availableBytes).toList();
  }

  private Path limit(String file) {
    return directory.resolve("sys/fs/cgroup").resolve(file);
  }
}
