package io.predicomp.os.bundle;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.util.ZstdVersion;
import io.predicomp.os.feature.ProbeResult;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Exception;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundledLibraryTest {
  private static final String LZ4 = "net/jpountz/util/linux/%s/liblz4-java.so";
  private static final String ZSTD = "linux/%s/libzstd-jni-" + ZstdVersion.VERSION + ".so";
  private static final String ARCH = System.getProperty("os.arch");

  @TempDir Path temporary;

  @Test
  void aFunctionOfALoadedLibraryCanBeCalled() throws Throwable {
    BundledLibrary library = load(LZ4, "Linux", ARCH, temporary);

    MethodHandle version = library.link("LZ4_versionNumber", FunctionDescriptor.of(JAVA_INT));

    assertInstanceOf(ProbeResult.Supported.class, library.probe());
    library.require();
    assertTrue((int) version.invokeExact() >= 10904);
  }

  @Test
  void nothingIsLeftInTheTemporaryDirectory() throws IOException {
    load(LZ4, "Linux", ARCH, temporary);

    assertEmpty(temporary);
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "aarch64"})
  void bothArchitecturesHaveTheirFiles(String arch) throws IOException {
    assertTrue(BundledResource.read(LZ4Exception.class, LZ4.formatted(arch)).isPresent());
    assertTrue(BundledResource.read(ZstdVersion.class, ZSTD.formatted(arch)).isPresent());
  }

  @ParameterizedTest
  @CsvSource({"Mac OS X, aarch64", "Windows 11, amd64", "Linux, riscv64"})
  void anotherPlatformIsNamed(String osName, String osArch) {
    assertUnsupported(load(LZ4, osName, osArch, temporary), osName + " on " + osArch);
  }

  @Test
  void aFileMissingFromTheJarIsNamed() {
    assertUnsupported(load("no/such/%s.so", "Linux", ARCH, temporary), "no/such/" + ARCH + ".so");
  }

  @Test
  void aTemporaryDirectoryThatCannotBeUsedIsNamedWithTheRemedy() {
    Path absent = temporary.resolve("absent");

    BundledLibrary library = load(LZ4, "Linux", ARCH, absent);

    assertUnsupported(library, absent.toString());
    assertUnsupported(library, "-Djava.io.tmpdir");
  }

  /**
   * What the dynamic linker refuses, for this reason or because of noexec, is told in its words.
   */
  @Test
  void aFileTheLinkerRefusesIsToldInItsWordsAndLeavesNothingBehind() throws IOException {
    BundledLibrary library = load("net/jpountz/lz4/LZ4Exception.class", "Linux", ARCH, temporary);

    assertUnsupported(library, "invalid ELF header");
    assertUnsupported(library, "noexec");
    assertEmpty(temporary);
  }

  @Test
  void aMissingFunctionMakesTheLibraryUnsupported() {
    BundledLibrary library = load(LZ4, "Linux", ARCH, temporary);

    MethodHandle missing =
        library.link("LZ4_noSuchFunction", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

    assertUnsupported(library, "LZ4_noSuchFunction");
    assertThrows(UnsupportedOperationException.class, () -> call(missing));
  }

  @Test
  void functionsOfAnAbsentLibraryThrowTheReason() {
    BundledLibrary library = load(LZ4, "Linux", "riscv64", temporary);

    MethodHandle function =
        library.link("LZ4_versionNumber", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

    var thrown = assertThrows(UnsupportedOperationException.class, () -> call(function));
    assertTrue(thrown.getMessage().contains("riscv64"), thrown.getMessage());
  }

  private static void call(MethodHandle function) throws Throwable {
    int result = (int) function.invokeExact(0L);
    assertEquals(0, result, "returned instead of throwing");
  }

  private static BundledLibrary load(
      String resource, String osName, String osArch, Path temporary) {
    return BundledLibrary.load(
        new BundledLibrary.Source(
            "LZ4", LZ4Exception.class, resource, "elsewhere", "the jar has no %s", "remedy"),
        osName,
        osArch,
        temporary);
  }

  private static void assertUnsupported(BundledLibrary library, String words) {
    var thrown = assertThrows(UnsupportedOperationException.class, library::require);
    assertTrue(thrown.getMessage().contains(words), thrown.getMessage());
    var probe = assertInstanceOf(ProbeResult.Unsupported.class, library.probe());
    assertEquals(probe.reason() + "; " + probe.remedy(), thrown.getMessage());
  }

  private static void assertEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      assertEquals(0, entries.count());
    }
  }
}
