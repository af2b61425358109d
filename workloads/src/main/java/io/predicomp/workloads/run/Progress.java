package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.workloads.memory.TouchMemory;
import java.io.PrintStream;
import java.util.Optional;

/** A line that is written over and over, for somebody who watches a terminal. */
public final class Progress {
  private static final long PERIOD_NANOS = 500_000_000;

  /** ECMA-48 EL: from the cursor to the end of the line. */
  private static final String ERASE_REST_OF_LINE = "\033[K";

  private final PrintStream out;
  private final boolean terminal;
  private long lastNanos = System.nanoTime();
  private boolean shown;

  /**
   * @param terminal whether anybody watches; if not, nothing is written
   */
  public Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows the state, unless it was shown a moment ago. */
  void show(String phase, Deadline deadline, Optional<TouchMemory> memory) {
    long now = System.nanoTime();
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
    memory.flatMap(TouchMemory::stats).ifPresent(stats -> append(line, stats));
    out.print(line.append(ERASE_REST_OF_LINE));
    out.flush();
  }

  /** Shows the time left and what a run says of itself, unless it was shown a moment ago. */
  public void show(Deadline deadline, String what) {
    long now = System.nanoTime();
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

  private static void append(StringBuilder line, ArenaStats stats) {
    line.append(", pool ")
        .append(mebibytes(stats.poolBytes()))
        .append(", ratio %.2f".formatted(stats.endToEndRatio()));
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
