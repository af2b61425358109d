package io.predicomp.os.damon;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory of one monitoring thread.
 *
 * <p>Those of this library carry a mark: their scheme matches regions of up to {@link #MARK} bytes,
 * which is all there are, and a number that nobody else would choose.
 */
final class Kdamond {
  /** "predicom" in ASCII, far above any region's length. */
  static final String MARK = Long.toString(0x7072_6564_6963_6f6dL);

  private final ControlFiles files;
  private final Path directory;
  private final Path context;

  Kdamond(ControlFiles files, Path directory) {
    this.files = files;
    this.directory = directory;
    this.context = directory.resolve("contexts/0");
  }

  Path directory() {
    return directory;
  }

  boolean isOn() throws IOException {
    return files.read(directory.resolve("state")).equals("on");
  }

  void command(String word) throws IOException {
    files.write(directory.resolve("state"), word);
  }

  /** {@return the number of the kernel thread, -1 while it does not run} */
  int thread() throws IOException {
    return Integer.parseInt(files.read(directory.resolve("pid")));
  }

  /** {@return the process it watches, if it watches exactly one} */
  Optional<Long> onlyTarget() throws IOException {
    try {
      if (files.read(directory.resolve("contexts/nr_contexts")).equals("1")
          && files.read(context.resolve("targets/nr_targets")).equals("1")) {
        return Optional.of(Long.parseLong(files.read(context.resolve("targets/0/pid_target"))));
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  Path triedRegions() {
    return context.resolve("schemes/0/tried_regions");
  }

  void addContext() throws IOException {
    files.write(directory.resolve("contexts/nr_contexts"), "1");
  }

  /**
   * Chooses operations on virtual addresses. {@code vaddr} goes back to all of the process at each
   * update; {@code fvaddr}, from 5.19, stays on the range it was given.
   *
   * @return whether the kernel has any
   */
  boolean chooseVirtualAddresses(MonitoringAttributes attributes) throws IOException {
    Path available = context.resolve("avail_operations");
    String offered = files.exists(available) ? files.read(available) : "vaddr";
    boolean fixed = offered.lines().anyMatch("fvaddr"::equals);
    if (!fixed && offered.lines().noneMatch("vaddr"::equals)) {
      return false;
    }
    try {
      files.write(context.resolve("operations"), fixed ? "fvaddr" : "vaddr");
    } catch (IOException e) {
      if (files.exists(available)) {
        throw e;
      }
      return false; // 5.18 does not list them, and answers EINVAL
    }
    Path intervals = context.resolve("monitoring_attrs/intervals");
    files.write(intervals.resolve("sample_us"), micros(attributes.sampling().toNanos()));
    files.write(intervals.resolve("aggr_us"), micros(attributes.aggregation().toNanos()));
    files.write(
        intervals.resolve("update_us"),
        // An update of vaddr would lose the range.
        fixed ? micros(attributes.update().toNanos()) : Integer.toString(Integer.MAX_VALUE));
    Path regions = context.resolve("monitoring_attrs/nr_regions");
    // The smaller first, so that they are in order in between: the defaults are 10 and 1000.
    if (attributes.maxRegions() < 10) {
      files.write(regions.resolve("min"), Integer.toString(attributes.minRegions()));
      files.write(regions.resolve("max"), Integer.toString(attributes.maxRegions()));
    } else {
      files.write(regions.resolve("max"), Integer.toString(attributes.maxRegions()));
      files.write(regions.resolve("min"), Integer.toString(attributes.minRegions()));
    }
    return true;
  }

  private static String micros(long nanos) {
    return Long.toString(nanos / 1000);
  }

  void watch(long pid, long start, long end) throws IOException {
    Path targets = context.resolve("targets");
    files.write(targets.resolve("nr_targets"), "1");
    files.write(targets.resolve("0/pid_target"), Long.toString(pid));
    files.write(targets.resolve("0/regions/nr_regions"), "1");
    files.write(targets.resolve("0/regions/0/start"), Long.toUnsignedString(start));
    files.write(targets.resolve("0/regions/0/end"), Long.toUnsignedString(end));
  }

  /**
   * Adds a scheme that matches every region, does nothing but count, and is the mark.
   *
   * @return whether the kernel shows which regions a scheme met: from 6.2
   */
  boolean addCountingScheme() throws IOException {
    files.write(context.resolve("schemes/nr_schemes"), "1");
    Path scheme = context.resolve("schemes/0");
    Path pattern = scheme.resolve("access_pattern");
    files.write(pattern.resolve("sz/max"), MARK); // first: from here on it is known as ours
    files.write(scheme.resolve("action"), "stat");
    files.write(pattern.resolve("nr_accesses/max"), Integer.toUnsignedString(-1));
    files.write(pattern.resolve("age/max"), Integer.toUnsignedString(-1));
    return files.exists(triedRegions());
  }

  /** {@return whether this library has made it} */
  boolean isMarked() throws IOException {
    Path limit = context.resolve("schemes/0/access_pattern/sz/max");
    return files.exists(limit) && files.read(limit).equals(MARK);
  }

  /** {@return whether nobody has set up anything in it that would say whose it is} */
  boolean isBlank() throws IOException {
    return files.read(directory.resolve("contexts/nr_contexts")).equals("0")
        || (files.read(context.resolve("targets/nr_targets")).equals("0")
            && files.read(context.resolve("schemes/nr_schemes")).equals("0"));
  }

  /** {@return whether it still is as {@link #watch} made it, and not somebody else's by now} */
  boolean watches(long pid, long start) throws IOException {
    return onlyTarget().equals(Optional.of(pid))
        && isMarked()
        && files.exists(context.resolve("targets/0/regions/0/start"))
        && files
            .read(context.resolve("targets/0/regions/0/start"))
            .equals(Long.toUnsignedString(start));
  }
}
