package io.predicomp.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.libc.Libc;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OwnedFdTest {
  private static OwnedFd open() {
    return new OwnedFd(Libc.pidfd_open((int) ProcessHandle.current().pid(), 0));
  }

  private static boolean isOpen(int fd) {
    return Files.isSymbolicLink(Path.of("/proc/self/fd/" + fd));
  }

  @Test
  void closesOnce() {
    OwnedFd fd = open();
    int number = fd.number();
    assertTrue(isOpen(number));
    fd.close();
    assertFalse(isOpen(number));

    // The kernel gives the lowest free number: a second close that went through would close this.
    try (OwnedFd next = open()) {
      fd.close();
      assertTrue(isOpen(next.number()));
    }
    assertThrows(IllegalStateException.class, fd::number);
  }

  @Test
  void aNumberThatIsNotOpenIsAnError() {
    ErrnoException e = assertThrows(ErrnoException.class, new OwnedFd(1 << 20)::close);
    assertEquals("close(fd=1048576): EBADF (9), Bad file descriptor", e.getMessage());
  }

  @Test
  void aNegativeNumberIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new OwnedFd(-1));
  }
}
