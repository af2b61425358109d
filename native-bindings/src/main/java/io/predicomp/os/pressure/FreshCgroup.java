package io.predicomp.os.pressure;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * A cgroup of the memory controller, version 1 or 2, made for this process, which is in it until
 * this is closed. Children made meanwhile are in it too. What the process had resident before stays
 * charged to where it was; what it touches from now on is charged here.
 *
 * <p>To be entered and closed by one thread.
 */
public final class FreshCgroup implements AutoCloseable {
  /** No dot: the kernel's own files are called CONTROLLER.NAME. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** What a name may be, for messages. */
  public static final String NAMES = "1 to 64 letters, digits, '-' and '_'";

  /** A process that has just been reaped can still count as a member for a moment. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path directory;
  private final Path formerMembersFile;

  private FreshCgroup(Path directory, Path formerMembersFile) {
    this.directory = directory;
    this.formerMembersFile = formerMembersFile;
  }

  /** {@return whether a cgroup may have that name} */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Makes a cgroup and moves this process, with all its threads, into it. If that fails, nothing is
   * left behind.
   *
   * <p>Version 1: below the cgroup where the process is. Version 2: below the nearest cgroup around
   * it that hands the memory controller down, as one that holds processes itself cannot do so. No
   * limit above that of the cgroups where the process is now is accepted, so that none is escaped.
   *
   * @param root holds {@code proc} and the cgroup file systems; {@code /} but in tests
   * @param limitBytes of the cgroup; {@link Long#MAX_VALUE} for none of its own
   * @throws IllegalArgumentException if {@link #isName} is false of the name, or the limit is not
   *     positive
   * @throws IOException if there is no memory controller, no leave to make a cgroup, one of that
   *     name, or a lower limit around; the message is a clause that says which
   */
  public static FreshCgroup enter(Path root, String name, long limitBytes) throws IOException {
    if (!isName(name) || limitBytes <= 0) {
      throw new IllegalArgumentException("name=" + name + ", limitBytes=" + limitBytes);
    }
    CgroupLocation here =
        CgroupLocation.ofMemoryController(root)
            .orElseThrow(() -> new IOException("no memory controller is mounted here"));
    Path members = here.directory().resolve(CgroupVersion.MEMBERS_FILE);
    requireMember(members);
    List<CgroupMemory> around = CgroupMemory.enclosing(root);
    for (CgroupMemory each : around) {
      if (limitBytes != Long.MAX_VALUE && limitBytes > each.limitBytes()) {
        throw new IOException(
            "the limit would be above the %d MiB of %s"
                .formatted(each.limitBytes() >> 20, each.limitFile()));
      }
    }
    Path directory = parent(here).resolve(name);
    make(directory);
    FreshCgroup cgroup = new FreshCgroup(directory, members);
    try {
      // Before the process moves, so that nothing is charged without the limit.
      long limit = Math.min(limitBytes, escaped(around, directory));
      if (limit != Long.MAX_VALUE) {
        Files.writeString(directory.resolve(here.version().limitFile()), Long.toString(limit));
      }
      join(directory.resolve(CgroupVersion.MEMBERS_FILE));
      return cgroup;
    } catch (IOException e) {
      try {
        cgroup.remove();
      } catch (IOException alsoThis) {
        e.addSuppressed(alsoThis);
      }
      throw new IOException(directory + " cannot be set up: " + reason(e), e);
    }
  }

  /** {@return the cgroup's directory} */
  public Path directory() {
    return directory;
  }

  /**
   * Moves this process back to where it was and removes the cgroup. Children must be gone.
   *
   * @throws IOException if either fails; the message is a sentence
   */
  @Override
  public void close() throws IOException {
    leave();
    remove();
  }

  void leave() throws IOException {
    try {
      join(formerMembersFile);
    } catch (IOException e) {
      throw new IOException("This process cannot leave " + directory + ": " + reason(e) + ".", e);
    }
  }

  void remove() throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        Files.delete(directory);
        return;
      } catch (IOException e) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IOException(directory + " cannot be removed: " + reason(e) + ".", e);
        }
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private static void requireMember(Path members) throws IOException {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      if (Files.readAllLines(members).contains(pid)) {
        return;
      }
    } catch (FileSystemException e) {
      throw new IOException(members + " cannot be read: " + reason(e), e);
    }
    // In a container whose mount shows another part of the hierarchy: there is no way back.
    throw new IOException("the cgroup of this process cannot be seen from here");
  }

  private static Path parent(CgroupLocation here) throws IOException {
    if (here.version() == CgroupVersion.V1) {
      return here.directory();
    }
    for (Path each : here.directories()) {
      Optional<String> control = text(each.resolve("cgroup.subtree_control"));
      if (control.isPresent() && Arrays.asList(control.get().split("\\s+")).contains("memory")) {
        return each;
      }
    }
    throw new IOException("no cgroup around this process has memory in its cgroup.subtree_control");
  }

  /**
   * {@return the least limit of the cgroups where the process was that are not around the new one}
   */
  private static long escaped(List<CgroupMemory> around, Path directory) {
    return around.stream()
        .filter(each -> !directory.startsWith(each.directory()))
        .mapToLong(CgroupMemory::limitBytes)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static Optional<String> text(Path file) throws IOException {
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }

  private static String whatIsIn(Path directory) throws IOException {
    Optional<String> members = text(directory.resolve(CgroupVersion.MEMBERS_FILE));
    if (members.isPresent() && members.get().isEmpty()) {
      return " and is empty, as a run leaves it that was killed: remove it with rmdir";
    }
    return " and is in use, or no cgroup: choose another name";
  }

  private static void make(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(directory + " exists" + whatIsIn(directory), e);
    } catch (FileSystemException e) {
      throw new IOException(directory + " cannot be made: " + reason(e), e);
    }
  }

  private static void join(Path membersFile) throws IOException {
    Files.writeString(membersFile, Long.toString(ProcessHandle.current().pid()));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission";
      case NoSuchFileException missing -> missing.getFile() + " is missing";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
