package io.predicomp.workloads.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A run looked at, and written to, from outside: {@code /proc/PID}. */
final class RunningProcess {
  private static final int PAGE = 4096;

  private final Process process;
  private final Path proc;

  RunningProcess(Process process) {
    this.process = process;
    this.proc = Path.of("/proc", Long.toString(process.pid()));
  }

  /** {@return whether it had threads of all these names at some time before its end} */
  boolean awaitThreads(Set<String> names) throws Exception {
    while (!threads().containsAll(names)) {
      if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  /** {@return the names of its threads; none if it has ended} */
  Set<String> threads() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> tasks = Files.list(proc.resolve("task"))) {
      for (Path task : tasks.toList()) {
        try {
          names.add(Files.readString(task.resolve("comm")).strip());
        } catch (IOException e) {
          // It has ended since.
        }
      }
    } catch (IOException e) {
      return Set.of();
    }
    return names;
  }

  /**
   * Changes a byte of each page of each mapping of that size.
   *
   * @return whether there was such a mapping, and the process still there
   */
  boolean damage(long bytes) throws IOException {
    List<Long> regions = new ArrayList<>();
    for (String line : Files.readAllLines(proc.resolve("maps"))) {
      String[] fields = line.split("[- ]", -1);
      long start = Long.parseUnsignedLong(fields[0], 16);
      if (Long.parseUnsignedLong(fields[1], 16) - start == bytes && fields[2].startsWith("rw")) {
        regions.add(start);
      }
    }
    try (RandomAccessFile memory = new RandomAccessFile(proc.resolve("mem").toString(), "rw")) {
      for (long region : regions) {
        for (long page = region; page < region + bytes; page += PAGE) {
          memory.seek(page + PAGE - 1);
          int was = memory.read();
          memory.seek(page + PAGE - 1);
          memory.write(was ^ 1);
        }
      }
    } catch (IOException e) {
      Assumptions.assumeTrue(
          !process.isAlive(), "SKIPPED: a child's memory cannot be written here: " + e);
      return false;
    }
    return !regions.isEmpty();
  }
}
