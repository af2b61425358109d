package io.predicomp.workloads.cli;

import io.predicomp.os.pressure.FreshCgroup;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether a run has a cgroup of its own. */
final class CgroupOptions {
  /** {@code --cgroup}. */
  static final class Name implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (FreshCgroup.isName(text)) {
        return text;
      }
      throw new TypeConversionException("'" + text + "' is not " + FreshCgroup.NAMES + ".");
    }
  }

  /** {@code --memory-max}, written as systemd writes {@code MemoryMax=}. */
  static final class Size implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([KMGT]?)");
    private static final long LEAST = 64L << 20;
    private static final long MOST = 1L << 40;

    @Override
    public Long convert(String text) {
      Matcher size = SIZE.matcher(text);
      if (size.matches()) {
        int shift = 10 * " KMGT".indexOf(size.group(2).isEmpty() ? " " : size.group(2));
        long number = Long.parseLong(size.group(1));
        if (number <= MOST >> shift && number << shift >= LEAST) {
          return number << shift;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is not a size from 64M to 1T, in bytes or with K, M, G or T.");
    }
  }

  @Option(
      names = "--cgroup",
      paramLabel = "NAME",
      converter = Name.class,
      description =
          "Run inside a fresh cgroup of the memory controller (version 1 or 2, usually as root), "
              + "removed afterwards; 1 to 64 letters, digits, '-' and '_'.")
  @Nullable String name;

  @Option(
      names = "--memory-max",
      paramLabel = "SIZE",
      converter = Size.class,
      description =
          "Limit of that cgroup in bytes, or with K, M, G or T, 64M to 1T (default: none of its "
              + "own).")
  @Nullable Long memoryMax;

  /**
   * Runs inside the cgroup, if one was asked for, and leaves none behind.
   *
   * @throws Refusal if there can be none
   * @throws UncheckedIOException if it could not be left or removed
   */
  int within(Supplier<Integer> run) {
    if (name == null) {
      if (memoryMax != null) {
        throw new Refusal("Option '--memory-max' needs --cgroup.");
      }
      return run.get();
    }
    FreshCgroup cgroup;
    try {
      cgroup =
          FreshCgroup.enter(Path.of("/"), name, memoryMax == null ? Long.MAX_VALUE : memoryMax);
    } catch (IOException e) {
      throw Refusal.ofValue("--cgroup", name, "cannot be had: " + e.getMessage() + hint());
    }
    try (cgroup) {
      return run.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String hint() {
    return hint(Path.of("/"), System.getenv(), memoryMax);
  }

  /**
   * {@return what to do instead where systemd runs, or nothing}
   *
   * @param root holds what {@code sd_booted(3)} looks for
   */
  static String hint(Path root, Map<String, String> environment, @Nullable Long memoryMax) {
    if (!Files.isDirectory(root.resolve("run/systemd/system"))) {
      return "";
    }
    for (String directory : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(directory, "systemd-run"))) {
        String limit = memoryMax == null ? "infinity" : memoryMax.toString();
        return "; systemd can make one: systemd-run --scope -p MemoryMax="
            + limit
            + " COMMAND, with --user where not root";
      }
    }
    return "";
  }
}
