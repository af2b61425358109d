package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.process.ProcessLimits.Limit;
import io.predicomp.os.process.ProcessLimits.Lowered;
import io.predicomp.os.process.ProcessLimits.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Isolated("changes limits of the process")
class ProcessLimitsTest {
  /** The kernel's own words about this process. */
  private static String[] kernel(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip().split("\\s+");
      }
    }
    throw new AssertionError(name);
  }

  private static long number(String text) {
    return text.equals("unlimited") ? ProcessLimits.INFINITY : Long.parseLong(text);
  }

  @ParameterizedTest
  @CsvSource({
    "PROCESSES,Max processes",
    "OPEN_FILES,Max open files",
    "ADDRESS_SPACE,Max address space"
  })
  void areWhatTheKernelSays(Resource resource, String name) throws IOException {
    String[] words = kernel(name);
    assertEquals(new Limit(number(words[0]), number(words[1])), ProcessLimits.get(resource));
  }

  @Test
  void aLoweredLimitIsRestored() throws IOException {
    Limit before = ProcessLimits.get(Resource.OPEN_FILES);
    long lower = Math.min(before.soft(), 4000) - 1;
    try (Lowered lowered = ProcessLimits.lower(Resource.OPEN_FILES, lower)) {
      assertEquals(lower, lowered.soft());
      assertEquals(lower, number(kernel("Max open files")[0]));
      assertEquals(before.hard(), ProcessLimits.get(Resource.OPEN_FILES).hard());
    }
    assertEquals(before, ProcessLimits.get(Resource.OPEN_FILES));
  }

  @Test
  void loweringNeverRaises() {
    Limit before = ProcessLimits.get(Resource.PROCESSES);
    try (Lowered lowered = ProcessLimits.lower(Resource.PROCESSES, ProcessLimits.INFINITY)) {
      assertEquals(before.soft(), lowered.soft());
    }
    assertEquals(before, ProcessLimits.get(Resource.PROCESSES));
  }

  @Test
  void aboveTheHardLimitIsRefused() {
    Limit now = ProcessLimits.get(Resource.OPEN_FILES);
    if (now.hard() != ProcessLimits.INFINITY) {
      ErrnoException e =
          assertThrows(
              ErrnoException.class, () -> ProcessLimits.set(Resource.OPEN_FILES, now.hard() + 1));
      assertTrue(e.is(Errno.EINVAL), e.getMessage());
    }
  }

  @Test
  void threadsOfThisUserAreCounted() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      assertTrue(UserThreads.count() >= Thread.activeCount() + 1);
    } finally {
      sleep.destroyForcibly();
      sleep.waitFor();
    }
  }
}
