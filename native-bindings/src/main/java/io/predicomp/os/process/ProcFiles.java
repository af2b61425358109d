package io.predicomp.os.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What {@code /proc} says about single processes. A process may be gone at any moment. */
public final class ProcFiles {
  private static final Path PROC = Path.of("/proc");

  /**
   * Fields of {@code /proc/PID/stat}.
   *
   * @param parent process id
   * @param minorFaults since it began
   * @param majorFaults since it began
   * @param cpuTicks user and system time, in hundredths of a second
   * @param startTicks when it began, in hundredths of a second since the machine started
   */
  public record Stat(
      String name,
      int parent,
      long minorFaults,
      long majorFaults,
      long cpuTicks,
      long startTicks) {}

  private ProcFiles() {}

  /** {@return all processes, by their numbers} */
  public static SortedSet<Integer> pids() {
    SortedSet<Integer> pids = new TreeSet<>();
    try (DirectoryStream<Path> directory = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : directory) {
        pids.add(Integer.valueOf(entry.getFileName().toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pids;
  }

  /** {@return the name of a process, empty if it is gone} */
  public static String name(int pid) {
    try {
      return Files.readString(PROC.resolve(pid + "/comm"), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** {@return what is known of a process, or empty if it is gone} */
  public static Optional<Stat> stat(int pid) {
    try {
      return parse(Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The name is in parentheses, and may contain any character, parentheses included. */
  static Optional<Stat> parse(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    if (open < 0 || close < open) {
      return Optional.empty();
    }
    // From the third field of proc_pid_stat(5) on: state, parent, ...
    String[] fields = line.substring(close + 1).strip().split(" ", -1);
    if (fields.length < 20) {
      return Optional.empty();
    }
    return Optional.of(
        new Stat(
            line.substring(open + 1, close),
            Integer.parseInt(fields[1]),
            Long.parseLong(fields[7]),
            Long.parseLong(fields[9]),
            Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
            Long.parseLong(fields[19])));
  }
}
