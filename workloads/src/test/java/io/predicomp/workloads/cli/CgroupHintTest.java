package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupHintTest {
  @TempDir private Path root;

  @Test
  void systemdRunIsNamedOnlyWhereSystemdRunsAndItIsThere() throws IOException {
    Path bin = Files.createDirectory(root.resolve("bin"));
    Map<String, String> environment = Map.of("PATH", "/no/such:" + bin);
    Files.createDirectories(root.resolve("run/systemd/system"));
    assertEquals("", CgroupOptions.hint(root, environment, 1L << 30));
    Files.createFile(
        bin.resolve("systemd-run"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    String hint = CgroupOptions.hint(root, environment, 1L << 30);
    assertTrue(hint.contains("systemd-run --scope -p MemoryMax=1073741824 "), hint);
    Files.delete(root.resolve("run/systemd/system"));
    assertEquals("", CgroupOptions.hint(root, environment, 1L << 30));
  }
}
