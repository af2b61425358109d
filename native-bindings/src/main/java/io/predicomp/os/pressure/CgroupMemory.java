package io.predicomp.os.pressure;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory account of one cgroup, version 1 or 2, at the moment it was read.
 *
 * @param limitFile where the limit was read
 * @param limitBytes usage above which the kernel reclaims, throttles or kills; {@link
 *     Long#MAX_VALUE} if there is none
 * @param usageBytes charged to the cgroup and those below it, page cache included
 * @param inactiveFileBytes the part of the usage that is page cache not used lately, which the
 *     kernel gives up first
 */
public record CgroupMemory(
    Path limitFile, long limitBytes, long usageBytes, long inactiveFileBytes) {

  /** {@return what can still be charged before the limit, page cache given up; at least 0} */
  public long availableBytes() {
    // The parts are read one after another, so they need not agree.
    return limitBytes == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : Math.max(0, limitBytes - Math.max(0, usageBytes - inactiveFileBytes));
  }

  /** {@return the cgroup whose account this is} */
  Path directory() {
    return requireNonNull(limitFile.getParent(), "a limit file is inside a directory");
  }

  /**
   * {@return the accounts of this process's cgroup and of every cgroup around it, innermost first;
   * empty where no memory controller is mounted, or only the root cgroup, which has no account}
   *
   * @param root holds {@code proc}, and the cgroup file systems where {@code proc/self/mountinfo}
   *     says; {@code /} but in tests
   * @throws UncheckedIOException if a file that is there cannot be read or understood
   */
  public static List<CgroupMemory> enclosing(Path root) {
    try {
      Optional<CgroupLocation> location = CgroupLocation.ofMemoryController(root);
      List<CgroupMemory> accounts = new ArrayList<>();
      if (location.isPresent()) {
        for (Path directory : location.get().directories()) {
          read(directory, location.get().version()).ifPresent(accounts::add);
        }
      }
      return accounts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<CgroupMemory> read(Path directory, CgroupVersion version)
      throws IOException {
    try {
      Path limitFile = directory.resolve(version.limitFile());
      long limit = number(limitFile);
      Optional<String> softLimit = version.softLimitFile();
      if (softLimit.isPresent()) {
        Path softLimitFile = directory.resolve(softLimit.get());
        long soft = number(softLimitFile);
        if (soft < limit) {
          limit = soft;
          limitFile = softLimitFile;
        }
      }
      return Optional.of(
          new CgroupMemory(
              limitFile,
              limit,
              number(directory.resolve(version.usageFile())),
              statistic(directory.resolve("memory.stat"), version.inactiveFileStatistic())));
    } catch (NoSuchFileException e) {
      // The root cgroup of version 2, or a cgroup whose parent did not enable the controller.
      return Optional.empty();
    }
  }

  private static long number(Path file) throws IOException {
    String text = Files.readString(file).strip();
    if (text.equals("max")) {
      return Long.MAX_VALUE;
    }
    try {
      long value = Long.parseLong(text);
      // Version 1 writes "no limit" as the largest multiple of the page size.
      return value >= Long.MAX_VALUE - 0xffff ? Long.MAX_VALUE : value;
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds no number: " + text, e);
    }
  }

  private static long statistic(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", 2);
      if (words.length == 2 && words[0].equals(name)) {
        return Long.parseLong(words[1].strip());
      }
    }
    throw new IOException(file + " has no line " + name);
  }
}
