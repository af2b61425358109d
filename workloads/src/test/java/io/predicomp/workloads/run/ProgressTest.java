package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long HALF_A_SECOND = 500_000_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final FakeClock clock = new FakeClock();
  private final Deadline deadline = new Deadline(clock, 20 * HALF_A_SECOND);
  private final MemorySamples samples = new MemorySamples(1 << 20, null, null);

  private Progress progress(boolean terminal) {
    return new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, clock);
  }

  /** What was written since the last call. */
  private String written() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  @Test
  void aLineTwiceASecondInTheSamePlace() {
    Progress progress = progress(true);
    progress.show("running", deadline, Optional.empty(), samples);
    assertEquals("", written(), "the run has only begun");
    clock.now += HALF_A_SECOND;
    progress.show("running", deadline, Optional.empty(), samples);
    String line = written();
    assertTrue(line.matches("\rrunning, 10 s left, resident [0-9]+ MiB\u001b\\[K"), line);
    clock.now += HALF_A_SECOND - 1;
    progress.show("running", deadline, Optional.empty(), samples);
    assertEquals("", written(), "not again so soon");
    clock.now += 1;
    progress.show("verifying", deadline, Optional.empty(), samples);
    assertTrue(written().startsWith("\rverifying, resident "), "no time left to tell of");
    progress.clear();
    assertEquals("\r\u001b[K", written());
  }

  @Test
  void saysWhatTheArenaHoldsAndItsLoopsDidSinceTheLastLine() {
    ArenaConfig config = ArenaConfig.builder().autoloops(LoopConfig.DEFAULT).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      Progress progress = progress(true);
      clock.now += HALF_A_SECOND;
      Optional<ArenaStats> stats = Optional.of(arena.stats());
      progress.show("running", deadline, stats, samples);
      String first = written();
      assertTrue(first.matches("(?s).*, pool 0 MiB, ratio [0-9.]+\u001b\\[K"), first);
      clock.now += HALF_A_SECOND;
      progress.show("running", deadline, Optional.of(arena.stats()), samples);
      String second = written();
      assertTrue(
          second.matches(
              "(?s).*, saved 0 %, 0 restored ahead, 0 on demand, stalled 0.0 %, loops [0-9.]+ % of"
                  + " a core\u001b\\[K"),
          second);
    }
  }

  @Test
  void aRunThatSpeaksForItself() {
    Progress progress = progress(true);
    clock.now += HALF_A_SECOND;
    progress.show(deadline, "7 children");
    assertEquals("\rrunning, 10 s left, 7 children\u001b[K", written());
  }

  @Test
  void nothingWhereNobodyWatches() {
    Progress progress = progress(false);
    clock.now += 10 * HALF_A_SECOND;
    progress.show("running", deadline, Optional.empty(), samples);
    progress.show(deadline, "7 children");
    progress.clear();
    assertEquals("", written());
  }

  @Test
  void nothingToTakeAwayBeforeTheFirstLine() {
    progress(true).clear();
    assertEquals("", written());
  }
}
