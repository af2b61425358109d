package io.predicomp.os.damon;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Control files of DAMON in a directory, with the behaviour of the kernel's as it was observed on
 * 6.12: numbers of entries make directories and reset what was in them, EBUSY while a kdamond is
 * on, EPERM when one that is off is switched off, EINVAL for values that are not known.
 */
final class FakeSysfs extends ControlFiles {
  static final int THREAD = 219;

  final Path root;
  final Path kdamonds;
  final List<DamonRegion> regions = new ArrayList<>();
  String operations = "vaddr\nfvaddr\npaddr\n";
  boolean triedRegions = true;
  boolean denied;
  boolean shortOfMemory;
  boolean startsBusy;
  String fails = "";
  int numbersWritten;
  Runnable beforeTarget = () -> {};

  FakeSysfs(Path root) throws IOException {
    this.root = root;
    this.kdamonds = root.resolve("sys/kernel/mm/damon/admin/kdamonds");
    put(kdamonds.resolve("nr_kdamonds"), "0");
  }

  void withTracepoint() throws IOException {
    Path tracing = root.resolve("sys/kernel/tracing");
    Files.createDirectories(tracing.resolve("events/damon/damon_aggregated"));
    Files.createDirectories(tracing.resolve("instances"));
  }

  /** What a killed program of ours has left, or one that runs. */
  void ours(String state, long pid) throws IOException {
    foreign(state, pid);
    super.write(context().resolve("schemes/nr_schemes"), "1");
    makeScheme(true);
    put(context().resolve("schemes/0/access_pattern/sz/max"), Kdamond.MARK);
  }

  /** The kernel's own user of DAMON. */
  void kernelUser(String module) throws IOException {
    put(root.resolve("sys/module").resolve(module).resolve("parameters/enabled"), "Y");
  }

  /** A set of kdamonds that somebody else has made. */
  void foreign(String state, long pid) throws IOException {
    makeKdamond();
    put(kdamonds.resolve("nr_kdamonds"), "1");
    put(kdamonds.resolve("0/state"), state);
    super.write(kdamonds.resolve("0/contexts/nr_contexts"), "1");
    makeContext();
    super.write(context().resolve("targets/nr_targets"), "1");
    put(context().resolve("targets/0/pid_target"), Long.toString(pid));
  }

  Path context() {
    return kdamonds.resolve("0/contexts/0");
  }

  String get(String file) throws IOException {
    return super.read(kdamonds.resolve(file));
  }

  void targetDies() throws IOException {
    put(kdamonds.resolve("0/state"), "off");
  }

  private static void put(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private static void wipe(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var all = Files.walk(directory)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  @Override
  String read(Path file) throws IOException {
    if (denied) {
      throw new AccessDeniedException(file.toString());
    }
    return super.read(file);
  }

  @Override
  void removeDirectory(Path directory) throws IOException {
    wipe(directory);
  }

  @Override
  void makeDirectory(Path directory) throws IOException {
    super.makeDirectory(directory);
    put(directory.resolve("buffer_size_kb"), "7");
    put(directory.resolve("events/damon/damon_aggregated/enable"), "0");
    put(directory.resolve("trace"), "");
  }

  @Override
  void write(Path file, String value) throws IOException {
    if (denied) {
      throw new AccessDeniedException(file.toString());
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    String name = kdamonds.relativize(file).toString();
    if (name.equals(fails)) {
      throw new IOException("Cannot allocate memory");
    }
    switch (name) {
      case "nr_kdamonds" -> writeNumber(value);
      case "0/state" -> writeState(value);
      case "0/contexts/nr_contexts" -> {
        super.write(file, value);
        wipe(context());
        makeContext();
      }
      case "0/contexts/0/operations" -> {
        if (operations.lines().noneMatch(value::equals)) {
          throw new IOException("Invalid argument");
        }
        super.write(file, value);
      }
      case "0/contexts/0/targets/nr_targets" -> {
        super.write(file, value);
        put(context().resolve("targets/0/pid_target"), "0");
        put(context().resolve("targets/0/regions/nr_regions"), "0");
      }
      case "0/contexts/0/targets/0/regions/nr_regions" -> {
        beforeTarget.run();
        super.write(file, value);
        put(context().resolve("targets/0/regions/0/start"), "0");
        put(context().resolve("targets/0/regions/0/end"), "0");
      }
      case "0/contexts/0/schemes/nr_schemes" -> {
        super.write(file, value);
        makeScheme(value.equals("1"));
      }
      default -> super.write(file, value);
    }
  }

  private void writeNumber(String value) throws IOException {
    if (Files.exists(kdamonds.resolve("0/state")) && get("0/state").equals("on")) {
      throw new IOException("Device or resource busy");
    }
    numbersWritten++;
    wipe(kdamonds.resolve("0"));
    put(kdamonds.resolve("nr_kdamonds"), value);
    if (!value.equals("0")) {
      makeKdamond();
    }
  }

  private void makeKdamond() throws IOException {
    put(kdamonds.resolve("0/state"), "off");
    put(kdamonds.resolve("0/pid"), "-1");
    put(kdamonds.resolve("0/contexts/nr_contexts"), "0");
  }

  private void makeContext() throws IOException {
    put(context().resolve("avail_operations"), operations);
    put(context().resolve("operations"), "vaddr");
    put(context().resolve("monitoring_attrs/intervals/sample_us"), "5000");
    put(context().resolve("monitoring_attrs/intervals/aggr_us"), "100000");
    put(context().resolve("monitoring_attrs/intervals/update_us"), "60000000");
    put(context().resolve("monitoring_attrs/nr_regions/min"), "10");
    put(context().resolve("monitoring_attrs/nr_regions/max"), "1000");
    put(context().resolve("targets/nr_targets"), "0");
    put(context().resolve("schemes/nr_schemes"), "0");
  }

  private void makeScheme(boolean wanted) throws IOException {
    Path scheme = context().resolve("schemes/0");
    wipe(scheme);
    if (wanted) {
      put(scheme.resolve("action"), "stat");
      for (String each : List.of("sz", "nr_accesses", "age")) {
        put(scheme.resolve("access_pattern").resolve(each).resolve("min"), "0");
        put(scheme.resolve("access_pattern").resolve(each).resolve("max"), "0");
      }
      if (triedRegions) {
        put(scheme.resolve("tried_regions/total_bytes"), "0");
      }
    }
  }

  private void writeState(String value) throws IOException {
    boolean on = get("0/state").equals("on");
    switch (value) {
      case "on" -> {
        if (on || startsBusy) {
          throw new IOException("Device or resource busy");
        }
        put(kdamonds.resolve("0/state"), "on");
        put(kdamonds.resolve("0/pid"), Integer.toString(THREAD));
      }
      case "off" -> {
        if (!on) {
          throw new FileSystemException("Operation not permitted");
        }
        put(kdamonds.resolve("0/state"), "off");
        put(kdamonds.resolve("0/pid"), "-1");
      }
      case "update_schemes_tried_regions" -> {
        if (!on) {
          throw new IOException("Invalid argument");
        }
        showRegions();
      }
      default -> throw new IOException("Invalid argument");
    }
  }

  private void showRegions() throws IOException {
    Path tried = context().resolve("schemes/0/tried_regions");
    wipe(tried);
    put(tried.resolve("total_bytes"), "0");
    // A scheme whose pattern was left as it is made meets nothing.
    if (super.read(context().resolve("schemes/0/access_pattern/sz/max")).equals("0")) {
      return;
    }
    int number = 0;
    for (DamonRegion each : regions) {
      Path directory = tried.resolve(Integer.toString(number++));
      put(directory.resolve("start"), Long.toUnsignedString(each.start()));
      put(directory.resolve("end"), Long.toUnsignedString(each.end()));
      put(directory.resolve("nr_accesses"), Integer.toString(each.accesses()));
      if (!shortOfMemory || number < regions.size()) {
        put(directory.resolve("age"), Integer.toString(each.age()));
      }
    }
  }

  /** What the tracepoint prints for an aggregation. */
  void trace(long thread) throws IOException {
    Path instances = root.resolve("sys/kernel/tracing/instances");
    for (Path instance : directories(instances)) {
      if (!super.read(instance.resolve("events/damon/damon_aggregated/enable")).equals("1")) {
        throw new FileNotFoundException("the event is not enabled in " + instance);
      }
      StringBuilder text = new StringBuilder(Files.readString(instance.resolve("trace")));
      for (DamonRegion each : regions) {
        text.append(
            "       kdamond.0-%d     [001] .....    12.345678: damon_aggregated: target_id=0 nr_regions=%d %d-%d: %d %d%n"
                .formatted(
                    thread, regions.size(), each.start(), each.end(), each.accesses(), each.age()));
      }
      Files.writeString(instance.resolve("trace"), text);
    }
  }
}
