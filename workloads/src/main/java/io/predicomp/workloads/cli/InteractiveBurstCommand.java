package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.load.InteractiveBurst;
import io.predicomp.workloads.run.Workload;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "interactive_burst",
    description = {
      "Short bursts of touches, page after page as fast as memory answers, with idle windows "
          + "between them.",
      "On the arena, everything is compressed when an idle window begins, or by the loops"
          + " (--arena-autoloops)."
    })
final class InteractiveBurstCommand extends MemoryCommand {
  /** {@code --active-ms}. */
  static final class ActiveMillis extends RangeConverter {
    ActiveMillis() {
      super(1, 10_000);
    }
  }

  /** {@code --idle-ms}. */
  static final class IdleMillis extends RangeConverter {
    IdleMillis() {
      super(1, 30_000);
    }
  }

  /** {@code --hint-ahead-ms}. */
  static final class HintMillis extends RangeConverter {
    HintMillis() {
      super(0, 30_000);
    }
  }

  @Option(
      names = "--region-mb",
      paramLabel = "N",
      defaultValue = "128",
      converter = RegionMebibytes.class,
      description =
          "Size of the region in MiB, 1 to 1048576 and no more than there is memory "
              + "(default: ${DEFAULT-VALUE}).")
  long regionMebibytes;

  @Option(
      names = "--active-ms",
      paramLabel = "N",
      defaultValue = "100",
      converter = ActiveMillis.class,
      description = "Length of a burst in milliseconds, 1 to 10000 (default: ${DEFAULT-VALUE}).")
  long activeMillis;

  @Option(
      names = "--idle-ms",
      paramLabel = "N",
      defaultValue = "400",
      converter = IdleMillis.class,
      description =
          "Length of an idle window in milliseconds, 1 to 30000 (default: ${DEFAULT-VALUE}).")
  long idleMillis;

  @Option(
      names = "--idle-jitter",
      description = "Make each idle window 0.5 to 1.5 times as long, by chance (seeded).")
  boolean idleJitter;

  @Option(
      names = "--hint-ahead-ms",
      paramLabel = "N",
      defaultValue = "0",
      converter = HintMillis.class,
      description =
          "Tell the arena when an idle window begins, and so many milliseconds before it ends, 0 to"
              + " 30000; 0 tells it nothing (default: ${DEFAULT-VALUE}).")
  long hintMillis;

  InteractiveBurstCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  Workload workload() {
    return new InteractiveBurst(
        ArenaConfig.mebibytes(regionMebibytes),
        TimeUnit.MILLISECONDS.toNanos(activeMillis),
        TimeUnit.MILLISECONDS.toNanos(idleMillis),
        idleJitter,
        TimeUnit.MILLISECONDS.toNanos(hintMillis));
  }

  @Override
  String regionOption() {
    return "--region-mb";
  }
}
