package io.predicomp.os;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrnoExceptionTest {
  @Test
  void messageNamesCallArgumentsAndError() {
    ErrnoException e = new ErrnoException("munmap", 22, "address=0x1001, length=4096 bytes");
    assertAll(
        () ->
            assertEquals(
                "munmap(address=0x1001, length=4096 bytes): EINVAL (22), Invalid argument",
                e.getMessage()),
        () -> assertEquals("munmap", e.call()),
        () -> assertEquals("address=0x1001, length=4096 bytes", e.arguments()),
        () -> assertEquals(22, e.number()),
        () -> assertEquals(Optional.of(Errno.EINVAL), e.errno()),
        () -> assertTrue(e.is(Errno.EINVAL)),
        () -> assertFalse(e.isOutOfMemory()));
  }

  @Test
  void anUnknownNumberIsNamedAsItIs() {
    ErrnoException e = new ErrnoException("bpf", 524, "");
    assertEquals("bpf(): errno 524", e.getMessage());
    assertEquals(Optional.empty(), e.errno());
  }

  @Test
  void outOfMemoryIsRecognised() {
    assertTrue(new ErrnoException("mmap", 12, "").isOutOfMemory());
  }

  @Test
  void survivesSerialization() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new ErrnoException("close", 9, "fd=7"));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      ErrnoException copy = (ErrnoException) in.readObject();
      assertEquals("close(fd=7): EBADF (9), Bad file descriptor", copy.getMessage());
      assertTrue(copy.is(Errno.EBADF));
    }
  }
}
