package io.predicomp.os.pressure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the memory controller's files for this process are.
 *
 * @param version of the interface there
 * @param mountPoint the top of the hierarchy, as far as it can be seen
 * @param directory this process's cgroup, at or below the mount point
 */
record CgroupLocation(CgroupVersion version, Path mountPoint, Path directory) {

  /** {@return the location, or empty if the controller is not mounted} */
  static Optional<CgroupLocation> ofMemoryController(Path root) throws IOException {
    List<String[]> memberships = lines(root.resolve("proc/self/cgroup"), ":", 3);
    List<Mount> mounts = mounts(root.resolve("proc/self/mountinfo"));
    // With both mounted, the controller belongs to version 1 exactly if a line names it.
    for (String[] membership : memberships) {
      if (Arrays.asList(membership[1].split(",")).contains("memory")) {
        return locate(
            root, CgroupVersion.V1, membership[2], mounts, Mount::isMemoryControllerOfVersion1);
      }
    }
    for (String[] membership : memberships) {
      if (membership[0].equals("0") && membership[1].isEmpty()) {
        return locate(root, CgroupVersion.V2, membership[2], mounts, Mount::isVersion2);
      }
    }
    return Optional.empty();
  }

  /** {@return this process's cgroup and those around it, innermost first} */
  List<Path> directories() {
    List<Path> directories = new ArrayList<>();
    for (Path each = directory; each.startsWith(mountPoint); each = each.getParent()) {
      directories.add(each);
      if (each.equals(mountPoint)) {
        break;
      }
    }
    return directories;
  }

  private static Optional<CgroupLocation> locate(
      Path root,
      CgroupVersion version,
      String cgroup,
      List<Mount> mounts,
      Predicate<Mount> wanted) {
    return mounts.stream()
        .filter(wanted)
        .findFirst()
        .map(
            mount -> {
              Path mountPoint = root.resolve(mount.point().substring(1));
              return new CgroupLocation(version, mountPoint, mount.directory(mountPoint, cgroup));
            });
  }

  private static List<Mount> mounts(Path mountinfo) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    // 36 35 98:0 /root /point rw,noatime master:1 - type source options
    for (String[] halves : lines(mountinfo, " - ", 2)) {
      String[] before = halves[0].split(" ", -1);
      String[] after = halves[1].split(" ", -1);
      if (before.length >= 5 && after.length >= 3) {
        mounts.add(new Mount(unescape(before[3]), unescape(before[4]), after[0], after[2]));
      }
    }
    return mounts;
  }

  /** {@return the lines of a file that split into so many parts; none if there is no such file} */
  private static List<String[]> lines(Path file, String separator, int parts) throws IOException {
    try {
      return Files.readAllLines(file).stream()
          .map(line -> line.split(separator, parts))
          .filter(split -> split.length == parts)
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Undoes what {@code seq_path} does to blanks and backslashes. */
  private static String unescape(String path) {
    return path.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  /**
   * A line of mountinfo.
   *
   * @param root the cgroup that is seen at the mount point: not {@code /} in many containers
   * @param point where it is mounted
   */
  private record Mount(String root, String point, String type, String options) {
    boolean isMemoryControllerOfVersion1() {
      return type.equals("cgroup") && Arrays.asList(options.split(",")).contains("memory");
    }

    boolean isVersion2() {
      return type.equals("cgroup2");
    }

    /**
     * A cgroup that cannot be seen from here is taken for the mount point, the nearest that can.
     */
    Path directory(Path mountPoint, String cgroup) {
      Path below = Path.of(root);
      Path wanted = Path.of(cgroup).normalize();
      if (!wanted.startsWith(below)) {
        return mountPoint;
      }
      Path directory = mountPoint.resolve(below.relativize(wanted).toString()).normalize();
      return Files.isDirectory(directory) ? directory : mountPoint;
    }
  }
}
