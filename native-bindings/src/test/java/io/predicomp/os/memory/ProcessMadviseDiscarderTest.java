package io.predicomp.os.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessMadviseDiscarderTest extends PageDiscarderContract {
  @Override
  PageDiscarder discarder() {
    try {
      ProcessMadviseDiscarder.check();
    } catch (ErrnoException e) {
      Skip.unless(false, e.getMessage());
    }
    return new ProcessMadviseDiscarder();
  }

  @Test
  void oneDescriptorServesTheWholeProcess() throws IOException {
    discarder();
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      discarder();
    }
    assertEquals(before, descriptors());
  }

  @Test
  void theBestDiscarderIsTheOneThatPassesTheProbe() {
    assertEquals(
        ProcessMadviseDiscarder.isSupported()
            ? ProcessMadviseDiscarder.class
            : MadviseDiscarder.class,
        PageDiscarder.best().getClass());
  }

  private static long descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files
          .map(ProcessMadviseDiscarderTest::target)
          .filter(t -> t.contains("pidfd"))
          .count();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed since it was listed
    }
  }
}
