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

  private static long count(List<RecordedEvent> events, String name) {
    return events.stream().filter(e -> e.getEventType().getName().equals(name)).count();
  }
}
