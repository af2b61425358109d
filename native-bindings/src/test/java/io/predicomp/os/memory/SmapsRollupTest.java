package io.predicomp.os.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.FakeRoot;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmapsRollupTest {
  private static final String FILE =
      """
      55a6dca75000-7ffc7ffa6000 ---p 00000000 00:00 0                          [rollup]
      Rss:                1740 kB
      Pss:                 385 kB
      Pss_Dirty:           116 kB
      Pss_Anon:            115 kB
      Pss_File:            269 kB
      Pss_Shmem:             1 kB
      Anonymous:           120 kB
      Swap:                  8 kB
      SwapPss:               4 kB
      """;

  @Test
  void figuresAreInBytes(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("smaps_rollup"), FILE);
    SmapsRollup rollup = SmapsRollup.read(file);
    assertEquals(
        new SmapsRollup(
            1740 * 1024, 385 * 1024, 115 * 1024, 269 * 1024, 1024, 120 * 1024, 8 * 1024),
        rollup);
    assertEquals(1620 * 1024, rollup.fileBytes());
  }

  @Test
  void aMissingFigureIsNamed(@TempDir Path directory) {
    new FakeRoot(directory).with("smaps_rollup", FILE.replace("Pss_Anon", "Pss_Other"));
    Path file = directory.resolve("smaps_rollup");
    UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> SmapsRollup.read(file));
    assertTrue(e.getMessage().contains("has no line Pss_Anon"), e.getMessage());
  }

  @Test
  void aMissingFileIsAnError(@TempDir Path directory) {
    assertThrows(
        UncheckedIOException.class, () -> SmapsRollup.read(directory.resolve("smaps_rollup")));
  }

  @Test
  void seesWhatThisProcessTakesAndGivesBack() {
    long bytes = 64L << 20;
    long slack = 16L << 20; // other tests' garbage, the compilers' memory
    try (Mapping mapping = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE)) {
      long before = SmapsRollup.read().rssBytes();
      mapping.segment().fill((byte) 1);
      SmapsRollup full = SmapsRollup.read();
      assertTrue(full.rssBytes() - before >= bytes - slack);
      assertTrue(full.pssAnonBytes() >= bytes);
      assertTrue(full.anonymousBytes() <= full.rssBytes());
      mapping.advise(MemoryAdvice.DONTNEED, 0, bytes);
      assertTrue(full.rssBytes() - SmapsRollup.read().rssBytes() >= bytes - slack);
    }
  }
}
