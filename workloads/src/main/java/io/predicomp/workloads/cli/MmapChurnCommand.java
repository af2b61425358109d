package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.load.MmapChurn;
import io.predicomp.workloads.run.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "mmap_churn",
    description = {
      "Maps memory, touches each of its pages and unmaps it, at a fixed rate.",
      "With --use-mem-arena each operation also touches one page of a region beside it, the "
          + "sidecar, which is compressed ten times a second."
    })
final class MmapChurnCommand extends MemoryCommand {
  /** {@code --map-kb}. */
  static final class MapKibibytes extends RangeConverter {
    MapKibibytes() {
      super(4, 1_048_576);
    }
  }

  /** {@code --ops-per-sec}. */
  static final class Rate extends RangeConverter {
    Rate() {
      super(1, 100_000);
    }
  }

  @Option(
      names = "--map-kb",
      paramLabel = "N",
      defaultValue = "512",
      converter = MapKibibytes.class,
      description = "Size of a mapping in KiB, 4 to 1048576 (default: ${DEFAULT-VALUE}).")
  long mapKibibytes;

  @Option(
      names = "--ops-per-sec",
      paramLabel = "N",
      defaultValue = "500",
      converter = Rate.class,
      description =
          "Mappings a second of all workers together, 1 to 100000; what was reached is reported "
              + "(default: ${DEFAULT-VALUE}).")
  long rate;

  @Option(
      names = "--arena-region-mb",
      paramLabel = "N",
      defaultValue = "128",
      converter = RegionMebibytes.class,
      description =
          "Size of the sidecar in MiB, 1 to 1048576 and no more than there is memory "
              + "(default: ${DEFAULT-VALUE}).")
  long regionMebibytes;

  MmapChurnCommand(Interruption interruption) {
    super(interruption);
  }

  @Override
  Workload workload() {
    return new MmapChurn(
        arena.use ? ArenaConfig.mebibytes(regionMebibytes) : 0, mapKibibytes << 10, rate);
  }

  @Override
  long bytesBesideRegion() {
    return (mapKibibytes << 10) * run.workers;
  }

  @Override
  String regionOption() {
    return "--arena-region-mb";
  }
}
