package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.load.AnonStreamer;
import io.predicomp.workloads.run.Workload;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "anon_streamer",
    description = {
      "Sequential passes over a large region, with an idle gap after each.",
      "On the arena, everything is compressed when an idle gap begins."
    })
final class AnonStreamerCommand extends MemoryCommand {
  /** {@code --idle-ms}. */
  static final class IdleMillis extends RangeConverter {
    IdleMillis() {
      super(0, 30_000);
    }
  }

  @Option(
      names = "--region-mb",
      paramLabel = "N",
      defaultValue = "512",
      converter = RegionMebibytes.class,
      description =
          "Size of the region in MiB, 1 to 1048576 and no more than there is memory "
              + "(default: ${DEFAULT-VALUE}).")
  long regionMebibytes;

  @Option(
      names = "--idle-ms",
      paramLabel = "N",
      defaultValue = "300",
      converter = IdleMillis.class,
      description =
          "Length of an idle gap in milliseconds, 0 to 30000 (default: ${DEFAULT-VALUE}).")
  long idleMillis;

  AnonStreamerCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  Workload workload() {
    return new AnonStreamer(
        ArenaConfig.mebibytes(regionMebibytes), TimeUnit.MILLISECONDS.toNanos(idleMillis));
  }

  @Override
  String regionOption() {
    return "--region-mb";
  }
}
