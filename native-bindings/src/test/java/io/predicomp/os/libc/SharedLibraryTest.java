package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLibraryTest {
  /** A library that is present wherever a test runs. */
  private static final Path ZIP = Path.of(System.getProperty("java.home"), "lib", "libzip.so");

  @Test
  void findsAndCallsAFunctionAfterItsFileIsGone(@TempDir Path directory) throws Throwable {
    Path copy = Files.copy(ZIP, directory.resolve("libcopy.so"));
    SharedLibrary library = SharedLibrary.open(copy);
    Files.delete(copy);
    // jint ZIP_CRC32(jint crc, const jbyte *buf, jint len);
    MethodHandle crc32 =
        Downcalls.link(
            library.symbol("ZIP_CRC32"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      byte[] text = "123456789".getBytes(StandardCharsets.US_ASCII);
      int crc = (int) crc32.invokeExact(0, arena.allocateFrom(JAVA_BYTE, text), text.length);
      assertEquals(0xcbf43926, crc); // the check value of CRC-32
    }
  }

  @Test
  void aSymbolThatIsMissingIsNamed() {
    SharedLibrary library = SharedLibrary.open(ZIP);
    assertEquals(Optional.empty(), library.find("no_such_symbol"));
    UnsatisfiedLinkError e =
        assertThrows(UnsatisfiedLinkError.class, () -> library.symbol("no_such_symbol"));
    assertTrue(e.getMessage().contains("libzip.so does not export no_such_symbol"));
  }

  @Test
  void aFileThatIsNoLibraryIsRefusedInTheLinkersWords(@TempDir Path directory) throws Exception {
    Path text = Files.writeString(directory.resolve("libtext.so"), "not a library");
    UnsatisfiedLinkError e =
        assertThrows(UnsatisfiedLinkError.class, () -> SharedLibrary.open(text));
    assertTrue(e.getMessage().contains("libtext.so"));
    assertTrue(e.getMessage().length() > ("dlopen(" + text + "): ").length());
    assertThrows(
        UnsatisfiedLinkError.class, () -> SharedLibrary.open(directory.resolve("missing.so")));
  }
}
