package io.predicomp.os.damon;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Regions that a scheme has met: kernels from 6.2. Reading waits for an aggregation. */
final class TriedRegions implements RegionSource {
  private final ControlFiles files;
  private final Kdamond kdamond;

  TriedRegions(ControlFiles files, Kdamond kdamond) {
    this.files = files;
    this.kdamond = kdamond;
  }

  @Override
  public List<DamonRegion> read() throws IOException {
    kdamond.command("update_schemes_tried_regions");
    List<DamonRegion> regions = new ArrayList<>();
    for (Path each : files.directories(kdamond.triedRegions())) {
      try {
        regions.add(
            new DamonRegion(
                Long.parseUnsignedLong(files.read(each.resolve("start"))),
                Long.parseUnsignedLong(files.read(each.resolve("end"))),
                Integer.parseUnsignedInt(files.read(each.resolve("nr_accesses"))),
                Integer.parseUnsignedInt(files.read(each.resolve("age")))));
      } catch (NoSuchFileException e) {
        // The kernel had no memory for all of it. What there is of the others is true.
      } catch (NumberFormatException e) {
        throw new IOException(each + " holds no region: " + e.getMessage(), e);
      }
    }
    regions.sort(Comparator.comparingLong(DamonRegion::start));
    return regions;
  }

  @Override
  public void close() {}
}
