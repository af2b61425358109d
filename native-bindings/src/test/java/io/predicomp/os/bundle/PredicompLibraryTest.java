package io.predicomp.os.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The C build, as Maven runs it. */
class PredicompLibraryTest {
  private static final Path SCRIPT = Path.of("src/main/c/build.sh").toAbsolutePath();

  /** {@code elf.h}. */
  private static final int EM_X86_64 = 62;

  private static final int EM_AARCH64 = 183;

  @TempDir Path directory;

  @Test
  void theLibraryOfThisBuildIsLoaded() throws Exception {
    Skip.unless(hasCompiler(), "no C compiler: this build has no libpredicomp");
    assertInstanceOf(ProbeResult.Supported.class, PredicompLibrary.probe());
    PredicompLibrary.require();
  }

  /** So that a source that only this architecture compiles does not go unnoticed. */
  @Test
  void theOtherArchitectureIsCompiledToo() throws Exception {
    boolean onArm = System.getProperty("os.arch").equals("aarch64");
    String compiler = onArm ? "x86_64-linux-gnu-gcc" : "aarch64-linux-gnu-gcc";
    Skip.unless(
        works(compiler),
        "no cross compiler '"
            + compiler
            + "' (on Debian: gcc-x86-64-linux-gnu libc6-dev-amd64-cross, or gcc-aarch64-linux-gnu"
            + " libc6-dev-arm64-cross)");
    String other = onArm ? "amd64" : "aarch64";

    String resource = "META-INF/native/linux-" + other + "/libpredicomp.so";
    try (InputStream library =
        PredicompLibrary.class.getClassLoader().getResourceAsStream(resource)) {
      assertNotNull(library, () -> "this build is without " + resource);
      byte[] header = library.readNBytes(20); // elf.h: e_ident, e_type, e_machine
      assertEquals(onArm ? EM_X86_64 : EM_AARCH64, header[18] & 0xff);
    }
  }

  @Test
  void withoutACompilerTheBuildSaysSoAndGoesOn() throws Exception {
    Path stale = directory.resolve("linux-" + System.getProperty("os.arch"));
    Files.createDirectories(stale);
    Files.writeString(stale.resolve("libpredicomp.so"), "of an earlier build");

    String said = build("no-such-compiler", 0);

    assertTrue(said.contains("'no-such-compiler' is no working C compiler"), said);
    assertFalse(Files.exists(stale), "a stale library stayed");
  }

  @Test
  void aSourceThatDoesNotCompileFailsTheBuild() throws Exception {
    Skip.unless(hasCompiler(), "no C compiler");
    Path copy = Files.createDirectory(directory.resolve("c"));
    Files.copy(SCRIPT, copy.resolve("build.sh"));
    Files.writeString(copy.resolve("wrong.c"), "int f(void) { int unused; return 0; }\n");

    String said = build(copy.resolve("build.sh"), "cc", 1);

    assertTrue(said.contains("unused"), said);
  }

  @Test
  void theSameSourcesGiveTheSameBytes() throws Exception {
    Skip.unless(hasCompiler(), "no C compiler");
    build("cc", 0);
    Path built =
        directory.resolve("linux-" + System.getProperty("os.arch")).resolve("libpredicomp.so");
    byte[] first = Files.readAllBytes(built);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (var sources = Files.list(SCRIPT.getParent())) {
      for (Path source : sources.toList()) {
        Files.copy(source, elsewhere.resolve(source.getFileName()));
      }
    }

    build(elsewhere.resolve("build.sh"), "cc", 0);

    assertEquals(-1, Arrays.mismatch(first, Files.readAllBytes(built)));
  }

  private String build(String compiler, int expected) throws Exception {
    return build(SCRIPT, compiler, expected);
  }

  private String build(Path script, String compiler, int expected) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", script.toString(), directory.toString()).redirectErrorStream(true);
    builder.environment().put("CC", compiler);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(expected, process.waitFor(), said);
    return said;
  }

  private static boolean hasCompiler() throws Exception {
    return works("cc");
  }

  private static boolean works(String compiler) throws Exception {
    try {
      return new ProcessBuilder(compiler, "--version")
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
