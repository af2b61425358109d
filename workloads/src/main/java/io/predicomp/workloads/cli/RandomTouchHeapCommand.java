package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.load.RandomTouchHeap;
import io.predicomp.workloads.run.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "random_touch_heap",
    description = {
      "Touches of random pages of a large region at a fixed rate.",
      "On the arena, everything is compressed once the region is filled and then once a second, "
          + "while the touches go on."
    })
final class RandomTouchHeapCommand extends MemoryCommand {
  /** {@code --ops-per-sec}. */
  static final class Rate extends RangeConverter {
    Rate() {
      super(1, 1_000_000_000);
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
      names = "--ops-per-sec",
      paramLabel = "N",
      defaultValue = "400000",
      converter = Rate.class,
      description =
          "Touches a second of all workers together, 1 to 1000000000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  RandomTouchHeapCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  Workload workload() {
    return new RandomTouchHeap(ArenaConfig.mebibytes(regionMebibytes), rate);
  }

  @Override
  String regionOption() {
    return "--region-mb";
  }
}
