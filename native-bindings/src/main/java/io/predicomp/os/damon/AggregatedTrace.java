package io.predicomp.os.damon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Regions as the tracepoint {@code damon:damon_aggregated} reports them: kernels before 6.2. Has a
 * trace buffer of its own, and reads its {@code trace} file, which unlike {@code trace_pipe} never
 * blocks.
 */
final class AggregatedTrace implements RegionSource {
  private static final String PREFIX = "predicomp-";
  private static final List<String> MOUNT_POINTS =
      List.of("sys/kernel/tracing", "sys/kernel/debug/tracing");

  // kdamond.0-219   [000] .....    12.3: damon_aggregated: target_id=0 nr_regions=11 4096-8192: 3 7
  // The age is there from 5.18 on.
  private static final Pattern LINE =
      Pattern.compile(
          "-(\\d+) .*damon_aggregated: target_id=\\d+ nr_regions=(\\d+)"
              + " (\\d+)-(\\d+): (\\d+)(?: (\\d+))?\\s*$");

  private final ControlFiles files;
  private final Path instance;
  private final Kdamond kdamond;

  private AggregatedTrace(ControlFiles files, Path instance, Kdamond kdamond) {
    this.files = files;
    this.instance = instance;
    this.kdamond = kdamond;
  }

  /** {@return the source, switched on, or empty where tracefs does not have it} */
  static Optional<RegionSource> open(ControlFiles files, Path root, Kdamond kdamond, int maxRegions)
      throws IOException {
    for (String mountPoint : MOUNT_POINTS) {
      Path tracing = root.resolve(mountPoint);
      if (!files.exists(tracing.resolve("events/damon/damon_aggregated"))) {
        continue;
      }
      Path instances = tracing.resolve("instances");
      removeAbandoned(files, instances);
      Path instance = instances.resolve(PREFIX + ProcessHandle.current().pid());
      files.makeDirectory(instance);
      try {
        // An event takes 64 bytes at most; eight aggregations.
        files.write(
            instance.resolve("buffer_size_kb"), Integer.toString(Math.max(64, maxRegions / 2)));
        files.write(instance.resolve("events/damon/damon_aggregated/enable"), "1");
      } catch (IOException e) {
        files.removeDirectory(instance);
        throw e;
      }
      return Optional.of(new AggregatedTrace(files, instance, kdamond));
    }
    return Optional.empty();
  }

  /** Removes the buffers of processes that ended without doing so. */
  private static void removeAbandoned(ControlFiles files, Path instances) throws IOException {
    for (Path each : files.directories(instances)) {
      String name = each.getFileName().toString();
      if (name.matches(PREFIX + "\\d{1,9}")
          && !Damon.isAlive(Long.parseLong(name.substring(PREFIX.length())))) {
        files.removeDirectory(each);
      }
    }
  }

  @Override
  public List<DamonRegion> read() throws IOException {
    if (!kdamond.isOn()) {
      throw new IOException("the kdamond is off");
    }
    int thread = kdamond.thread();
    Path trace = instance.resolve("trace");
    List<DamonRegion> regions = lastComplete(files.read(trace), thread);
    if (!regions.isEmpty()) {
      files.write(trace, ""); // empties the buffer, so that little is parsed again
    }
    return regions;
  }

  /** {@return the regions of the last aggregation that is there in full} */
  static List<DamonRegion> lastComplete(String text, int thread) {
    List<DamonRegion> current = new ArrayList<>();
    List<DamonRegion> complete = List.of();
    for (String line : text.lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.find() || Integer.parseInt(matcher.group(1)) != thread) {
        continue;
      }
      DamonRegion region =
          new DamonRegion(
              Long.parseUnsignedLong(matcher.group(3)),
              Long.parseUnsignedLong(matcher.group(4)),
              Integer.parseInt(matcher.group(5)),
              matcher.group(6) == null ? 0 : Integer.parseInt(matcher.group(6)));
      if (!current.isEmpty() && Long.compareUnsigned(region.start(), current.getLast().end()) < 0) {
        current = new ArrayList<>(); // addresses start again: the next aggregation
      }
      current.add(region);
      if (current.size() == Integer.parseInt(matcher.group(2))) {
        complete = current;
        current = new ArrayList<>();
      }
    }
    return complete;
  }

  @Override
  public void close() throws IOException {
    files.write(instance.resolve("events/damon/damon_aggregated/enable"), "0");
    files.removeDirectory(instance);
  }
}
