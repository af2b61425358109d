package io.predicomp.os.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.feature.KernelFeature;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds and runs the tests of the fault kernel that are written in C ({@code src/test/c}). */
class FaultKernelStressTest {
  private static final Path SOURCES = Path.of("src").toAbsolutePath();

  /** Seconds of one run; long ones by {@code -Dpredicomp.soak.seconds=3600}. */
  private static final long SECONDS = seconds(System.getProperty("predicomp.soak.seconds", ""));

  private static final int SIGABRT = 6; // asm/signal.h

  @TempDir static Path directory;

  @BeforeAll
  static void build() throws Exception {
    ProbeResult userfaultfd = KernelFeature.USERFAULTFD.probe();
    Skip.unless(userfaultfd instanceof ProbeResult.Supported, "userfaultfd: " + userfaultfd);
    Skip.unless(hasCompiler(), "no C compiler");
    compile("plain", "-O2");
    compile("checked", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined");
  }

  @Test
  void everyTransitionAndEveryFailure() throws Exception {
    assertEquals("unit: ok\n", run(0, "plain", "unit"));
  }

  @Test
  void theSameUnderSanitizers() throws Exception {
    assertEquals("unit: ok\n", run(0, "checked", "unit"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "512"})
  void noWriteIsLost(String pages) throws Exception {
    String said = run(0, "plain", "storm", Long.toString(SECONDS), pages);
    System.out.print(said);
    assertFalse(said.contains(" 0 evictions"), said);
  }

  /** Each takes one step of the protocol away, and must lose writes. */
  @ParameterizedTest
  @ValueSource(strings = {"no-protection", "no-generation", "clean-unprotected", "stale-swap"})
  void withoutItWritesAreLost(String control) throws Exception {
    String said = run(1, "plain", "control", control, "45", "16");
    System.out.print(said);
    assertTrue(said.contains(" bad words") && !said.contains(" 0 bad words"), said);
  }

  /**
   * Where nothing right can be read any more the process says why and ends, the same everywhere.
   */
  @ParameterizedTest
  @CsvSource({
    "corrupt, a page cannot be restored to what was written",
    "no-memory, a page cannot be brought back",
    "refused, a page cannot be brought back",
    "unprotect, write protection cannot be removed",
    "mend, a page that was not discarded cannot be restored",
    "freed-twice, a block of the pool was freed twice",
    "watchdog, an access faults again and again although its page is in memory",
  })
  void theProcessEndsWithItsReason(String how, String reason) throws Exception {
    for (String program : List.of("plain", "checked")) {
      String said = run(128 + SIGABRT, program, "die", how);
      assertTrue(said.startsWith("predicomp: " + reason), said);
      assertTrue(
          said.endsWith(". No data may be lost silently, so the process ends here.\n"), said);
    }
  }

  /** Where nothing can be had back the kernel ends the process: no wrong data, and no hang. */
  @Test
  void atALimitOfMemoryTheKernelDecides() throws Exception {
    try (Squeeze squeeze = Squeeze.of(directory.resolve("plain"), "hold", true)) {
      assertEquals(128 + 9, squeeze.end(), squeeze::said);
      assertEquals("evicted\n", squeeze.said());
    }
  }

  /** Where the kernel kills nobody, a fault waits for memory that somebody else gives back. */
  @Test
  void atALimitOfMemoryFaultsWaitForSome() throws Exception {
    try (Squeeze squeeze = Squeeze.of(directory.resolve("plain"), "release", false)) {
      assertEquals(0, squeeze.end(), squeeze::said);
      assertEquals("evicted\nverified, after waiting for memory\n", squeeze.said());
    }
  }

  private static void compile(String name, String... flags) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("cc", "-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror", "-DFAULT_TEST"));
    command.addAll(Arrays.asList(flags));
    Path c = SOURCES.resolve("main/c");
    command.addAll(List.of("-I", c.toString(), "-o", directory.resolve(name).toString()));
    for (Path folder : List.of(c, SOURCES.resolve("test/c"))) {
      try (DirectoryStream<Path> sources = Files.newDirectoryStream(folder, "fault_*.c")) {
        sources.forEach(source -> command.add(source.toString()));
      }
    }
    command.addAll(List.of("-lpthread", "-ldl"));
    run(0, command);
  }

  private static String run(int expected, String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(directory.resolve(program).toString());
    command.addAll(Arrays.asList(arguments));
    return run(expected, command);
  }

  private static String run(int expected, List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60 + SECONDS, TimeUnit.SECONDS), said);
    assertEquals(expected, process.exitValue(), () -> String.join(" ", command) + "\n" + said);
    return said;
  }

  private static long seconds(String property) {
    return property.isBlank() ? 3 : Long.parseLong(property);
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      return new ProcessBuilder("cc", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
