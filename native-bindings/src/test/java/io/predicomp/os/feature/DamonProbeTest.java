package io.predicomp.os.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.feature.ProbeResult.Supported;
import io.predicomp.os.feature.ProbeResult.Unknown;
import io.predicomp.os.feature.ProbeResult.Unsupported;
import io.predicomp.os.testing.FakeRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamonProbeTest {
  private static final String KDAMONDS = "sys/kernel/mm/damon/admin/kdamonds/";

  @TempDir private Path directory;
  private FakeRoot root;

  @BeforeEach
  void rootWithoutKdamonds() {
    root = new FakeRoot(directory).with(KDAMONDS + "nr_kdamonds", "0\n");
  }

  private void kdamond(int number, String state, String operations) {
    root.with(KDAMONDS + "nr_kdamonds", (number + 1) + "\n")
        .with(KDAMONDS + number + "/state", state + "\n")
        .with(KDAMONDS + number + "/contexts/0/avail_operations", operations);
  }

  private void config(String text) throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(directory.resolve("proc/config.gz")))) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void aKernelWithoutControlFilesHasNone(@TempDir Path empty) {
    assertInstanceOf(Unsupported.class, DamonProbe.run(empty));
  }

  @Test
  void aKdamondListsItsOperations() {
    kdamond(0, "off", "fvaddr\npaddr\n");
    Unsupported result = assertInstanceOf(Unsupported.class, DamonProbe.run(directory));
    assertTrue(result.reason().contains("vaddr"));
  }

  @Test
  void aKdamondThatRunsBelongsToSomebodyElse() {
    kdamond(0, "off", "vaddr\n");
    kdamond(1, "on", "vaddr\n");
    Unsupported result = assertInstanceOf(Unsupported.class, DamonProbe.run(directory));
    assertEquals("stop the program that uses DAMON", result.remedy());
    assertTrue(result.reason().startsWith("kdamond 1 is on"));
  }

  @Test
  void aKdamondThatRestsIsSomebodysToo() {
    kdamond(0, "off", "vaddr\n");
    Unsupported result = assertInstanceOf(Unsupported.class, DamonProbe.run(directory));
    assertTrue(result.reason().contains("prepared 1"), result::reason);
  }

  @Test
  void withoutKdamondTheRunningKernelsConfigurationAnswers() throws IOException {
    root.withDirectory("proc");
    config("CONFIG_DAMON=y\nCONFIG_DAMON_VADDR=y\n");
    assertEquals(new Supported(), DamonProbe.run(directory));
    config("CONFIG_DAMON=y\n# CONFIG_DAMON_VADDR is not set\n");
    assertInstanceOf(Unsupported.class, DamonProbe.run(directory));
  }

  @Test
  void theConfigurationMayLieInBoot() {
    root.with("proc/sys/kernel/osrelease", "6.12.0-test\n")
        .with("boot/config-6.12.0-test", "CONFIG_DAMON_VADDR=y\n");
    assertEquals(new Supported(), DamonProbe.run(directory));
  }

  @Test
  void withoutEitherItIsUnknown() {
    assertInstanceOf(Unknown.class, DamonProbe.run(directory));
  }

  @Test
  void aHalfMadeTreeIsUnknownAndNotAnException() {
    kdamond(0, "off", "vaddr\n");
    root.withDirectory(KDAMONDS + "1");
    assertInstanceOf(Unknown.class, DamonProbe.run(directory));
  }

  @Test
  void nothingIsWritten() throws IOException {
    kdamond(0, "on", "vaddr\n");
    Map<String, String> before = contents();
    DamonProbe.run(directory);
    assertEquals(before, contents());
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            file.toString(), Files.getLastModifiedTime(file) + " " + Files.readString(file));
      }
    }
    return contents;
  }
}
