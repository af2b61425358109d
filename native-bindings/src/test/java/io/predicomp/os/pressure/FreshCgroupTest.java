package io.predicomp.os.pressure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.FakeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files written and the refusals; real cgroups are entered by the workloads' tests. */
class FreshCgroupTest {
  private static final String PID = Long.toString(ProcessHandle.current().pid());
  private static final long MIB = 1 << 20;

  @TempDir private Path directory;
  private FakeRoot root;

  @BeforeEach
  void emptyRoot() {
    root = new FakeRoot(directory);
  }

  private void version1() {
    root.with("proc/self/cgroup", "4:memory:/a\n0::/\n")
        .with(
            "proc/self/mountinfo",
            """
            35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """)
        .with("sys/fs/cgroup/memory/a/cgroup.procs", "1\n" + PID + "\n")
        .with("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n")
        .with("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "100\n")
        .with("sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 0\n");
  }

  /** As systemd arranges it: the controller is handed down to a slice, and from it to scopes. */
  private void version2(String scopeLimit) {
    root.with("proc/self/cgroup", "0::/user.slice/app.scope\n")
        .with("proc/self/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        .with("sys/fs/cgroup/cgroup.subtree_control", "cpu memory pids\n");
    account("user.slice", "max");
    root.with("sys/fs/cgroup/user.slice/cgroup.subtree_control", "memory pids\n");
    account("user.slice/app.scope", scopeLimit);
    root.with("sys/fs/cgroup/user.slice/app.scope/cgroup.subtree_control", "\n")
        .with("sys/fs/cgroup/user.slice/app.scope/cgroup.procs", PID + "\n");
  }

  private void account(String cgroup, String limit) {
    root.with("sys/fs/cgroup/" + cgroup + "/memory.max", limit + "\n")
        .with("sys/fs/cgroup/" + cgroup + "/memory.high", "max\n")
        .with("sys/fs/cgroup/" + cgroup + "/memory.current", "100\n")
        .with("sys/fs/cgroup/" + cgroup + "/memory.stat", "inactive_file 0\n");
  }

  private String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private void leaveAndRemove(FreshCgroup cgroup, Path former) throws IOException {
    Files.writeString(former, "");
    cgroup.leave();
    assertEquals(PID, read(former));
    // The kernel removes its files with the directory; a plain file system does not.
    try (Stream<Path> files = Files.list(cgroup.directory())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    cgroup.remove();
    assertFalse(Files.exists(cgroup.directory()));
  }

  @Test
  void version1LiesBelowTheProcessAndIsLimitedBeforeItIsEntered() throws IOException {
    version1();
    Path memory = directory.resolve("sys/fs/cgroup/memory");
    FreshCgroup cgroup = FreshCgroup.enter(directory, "run-1", 64 * MIB);
    assertEquals(memory.resolve("a/run-1"), cgroup.directory());
    assertEquals("67108864", read(cgroup.directory().resolve("memory.limit_in_bytes")));
    assertEquals(PID, read(cgroup.directory().resolve("cgroup.procs")));
    leaveAndRemove(cgroup, memory.resolve("a/cgroup.procs"));
  }

  @Test
  void version2LiesBelowTheNearestThatHandsTheControllerDown() throws IOException {
    version2("max");
    Path slice = directory.resolve("sys/fs/cgroup/user.slice");
    FreshCgroup cgroup = FreshCgroup.enter(directory, "run", 64 * MIB);
    assertEquals(slice.resolve("run"), cgroup.directory());
    assertEquals("67108864", read(cgroup.directory().resolve("memory.max")));
    assertEquals(PID, read(cgroup.directory().resolve("cgroup.procs")));
    leaveAndRemove(cgroup, slice.resolve("app.scope/cgroup.procs"));
  }

  @Test
  void withoutLimitNoneIsWritten() throws IOException {
    version1();
    FreshCgroup cgroup = FreshCgroup.enter(directory, "run", Long.MAX_VALUE);
    try (Stream<Path> files = Files.list(cgroup.directory())) {
      assertEquals(List.of("cgroup.procs"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void theLimitThatWouldBeEscapedIsKept() throws IOException {
    version2("33554432");
    FreshCgroup cgroup = FreshCgroup.enter(directory, "run", Long.MAX_VALUE);
    assertEquals("33554432", read(cgroup.directory().resolve("memory.max")));
  }

  @Test
  void aLimitAboveThatAroundIsRefused() {
    version2("33554432");
    assertRefused("above the 32 MiB of " + directory.resolve("sys/fs/cgroup/user.slice/app.scope"));
    assertFalse(Files.exists(directory.resolve("sys/fs/cgroup/user.slice/run")));
  }

  @Test
  void noControllerIsRefused() {
    assertRefused("no memory controller is mounted here");
  }

  @Test
  void aControllerThatNobodyHandsDownIsRefused() {
    version2("max");
    root.with("sys/fs/cgroup/cgroup.subtree_control", "cpu\n")
        .with("sys/fs/cgroup/user.slice/cgroup.subtree_control", "\n");
    assertRefused("memory in its cgroup.subtree_control");
  }

  @Test
  void aCgroupOutOfSightIsRefused() {
    version1();
    root.with("sys/fs/cgroup/memory/a/cgroup.procs", "1\n");
    assertRefused("cannot be seen from here");
  }

  @Test
  void anExistingCgroupIsRefusedAndLeftAlone() {
    version1();
    root.with("sys/fs/cgroup/memory/a/run/cgroup.procs", "1\n");
    assertRefused("run exists and is in use");
    root.with("sys/fs/cgroup/memory/a/run/cgroup.procs", "");
    assertRefused("run exists and is empty, as a run leaves it that was killed");
    assertTrue(Files.exists(directory.resolve("sys/fs/cgroup/memory/a/run/cgroup.procs")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", "a.b", "ä", "a b"})
  void isNoName(String name) {
    assertFalse(FreshCgroup.isName(name));
    assertThrows(IllegalArgumentException.class, () -> FreshCgroup.enter(directory, name, MIB));
  }

  private void assertRefused(String why) {
    IOException e =
        assertThrows(IOException.class, () -> FreshCgroup.enter(directory, "run", 64 * MIB));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }
}
