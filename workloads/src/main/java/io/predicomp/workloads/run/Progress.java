package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import java.io.PrintStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A line that is written over and over, for somebody who watches a terminal. */
public final class Progress {
  private static final long PERIOD_NANOS = 500_000_000;

  /** ECMA-48 EL: from the cursor to the end of the line. */
  private static final String ERASE_REST_OF_LINE = "\033[K";

  private final PrintStream out;
  private final boolean terminal;
  private final Clock clock;
  private long lastNanos;
  private boolean shown;

  /** Shown last: rates are since then. */
  private @Nullable ArenaStats last;

  /**
   * @param terminal whether anybody watches; if not, nothing is written
   */
  public Progress(PrintStream out, boolean terminal) {
    this(out, terminal, Clock.SYSTEM);
  }

  Progress(PrintStream out, boolean terminal, Clock clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.lastNanos = clock.nanoTime();
  }

  /** Shows the state, unless it was shown a moment ago. */
  void show(String phase, Deadline deadline, Optional<ArenaStats> arena, MemorySamples samples) {
    long now = clock.nanoTime();
    if (!terminal || now - lastNanos < PERIOD_NANOS) {
      return;
    }
    lastNanos = now;
    shown = true;
    StringBuilder line = new StringBuilder("\r").append(phase);
    if (phase.equals("running")) {
      line.append(", %.0f s left".formatted(deadline.remainingNanos() / 1e9));
    }
    line.append(", resident ").append(mebibytes(SmapsRollup.read().rssBytes()));
    arena.ifPresent(stats -> append(line, stats, samples));
    out.print(line.append(ERASE_REST_OF_LINE));
    out.flush();
  }

  /** Shows the time left and what a run says of itself, unless it was shown a moment ago. */
  public void show(Deadline deadline, String what) {
    long now = clock.nanoTime();
    if (!terminal || now - lastNanos < PERIOD_NANOS) {
      return;
    }
    lastNanos = now;
    shown = true;
    out.print(
        "\rrunning, %.0f s left, %s%s"
            .formatted(deadline.remainingNanos() / 1e9, what, ERASE_REST_OF_LINE));
    out.flush();
  }

  private void append(StringBuilder line, ArenaStats stats, MemorySamples samples) {
    line.append(", pool ")
        .append(mebibytes(stats.poolBytes()))
        .append(", ratio %.2f".formatted(stats.endToEndRatio()));
    ArenaStats before = last;
    last = stats;
    if (!stats.loops().cpuNanos().isEmpty() && before != null) {
      ArenaStats lately = stats.since(before);
      double nanos = Math.max(1, lately.stall().elapsedNanos());
      line.append(
          ", saved %.0f %%, %d restored ahead, %d on demand, stalled %.1f %%, loops %.1f %% of a core"
              .formatted(
                  samples.lastSavedPercent(),
                  lately.restores().prefetched(),
                  lately.restores().demand(),
                  lately.stall().somePercent(),
                  100 * lately.loops().totalCpuNanos() / nanos));
    }
  }

  /** Takes the line away. */
  public void clear() {
    if (shown) {
      out.print("\r" + ERASE_REST_OF_LINE);
      out.flush();
    }
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
