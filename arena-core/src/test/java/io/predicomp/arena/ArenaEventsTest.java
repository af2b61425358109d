package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording shows of an arena. */
class ArenaEventsTest {
  @Test
  void demotionsRestoresAndCompactionsAreRecorded(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("arena.jfr");
    try (Recording recording = new Recording();
        CompressedArena arena = CompressedArena.open()) {
      recording.enable("io.predicomp.DemandRestore").withThreshold(Duration.ZERO);
      recording.enable("io.predicomp.DemoteBatch");
      recording.enable("io.predicomp.PoolCompaction");
      recording.start();
      Region region = arena.allocateRegion(100 * 4096);
      TestPages.fillHalfRandom(region, 1);
      region.compress();
      region.getLong(0);
      region.getLong(5 * 4096);
      arena.compactPool();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertEquals(2, count(events, "io.predicomp.DemandRestore"));
    assertEquals(
        100,
        events.stream()
            .filter(e -> e.getEventType().getName().equals("io.predicomp.DemoteBatch"))
            .mapToInt(e -> e.getInt("demoted"))
            .sum());
    assertTrue(count(events, "io.predicomp.PoolCompaction") >= 1);
  }

  @Test
  void prefetchesAreRecorded(@TempDir Path folder) throws IOException, InterruptedException {
    int pages = 100;
    LoopConfig loops =
        new LoopConfig(Duration.ofSeconds(5), 50, 50, LoopConfig.Predictor.AUTO, 1, 4, false);
    Path file = folder.resolve("prefetch.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.predicomp.Prefetch");
      recording.start();
      try (CompressedArena arena =
          CompressedArena.open(ArenaConfig.builder().autoloops(loops).build())) {
        Region region = arena.allocateRegion(pages * 4096L);
        TestPages.fillHalfRandom(region, 1);
        assertEquals(pages, region.compress());
        region.restore(0, 4096);
        region.hint(Phase.ACTIVE);
        while (arena.stats().restores().prefetched() < pages - 1) {
          assertEquals("", arena.stats().loops().failure());
          Thread.sleep(5);
        }
      } // the last slice ends before this does
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> slices =
        RecordingFile.readAllEvents(file).stream()
            .filter(e -> e.getEventType().getName().equals("io.predicomp.Prefetch"))
            .toList();
    assertTrue(slices.size() > 1, "a slice is shorter than the region: " + slices);
    assertEquals(pages - 1, sum(slices, "restored"));
    assertEquals(1, sum(slices, "inMemory"));
    assertEquals(pages, sum(slices, "planned"));
    assertEquals(0, sum(slices, "withoutRoom"));
    assertTrue(slices.stream().allMatch(e -> e.getString("predictor").equals("phase")));
  }

  private static int sum(List<RecordedEvent> events, String field) {
    return events.stream().mapToInt(e -> e.getInt(field)).sum();
  }

  private static long count(List<RecordedEvent> events, String name) {
    return events.stream().filter(e -> e.getEventType().getName().equals(name)).count();
  }
}
