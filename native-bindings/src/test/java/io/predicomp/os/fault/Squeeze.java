package io.predicomp.os.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.Skip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A run of {@code fault_test squeeze} in a memory cgroup of its own, version 1, whose limit is 8
 * MiB above what it holds with all its pages compressed: half of what it then brings back has no
 * room.
 */
final class Squeeze implements AutoCloseable {
  private static final Path CONTROLLER = Path.of("/sys/fs/cgroup/memory");
  private static final int PAGES = 8192;
  private static final long ROOM = 8 << 20;
  private static final long SECONDS = 120;

  private final Path cgroup;
  private final Process process;
  private final BufferedReader output;
  private final StringBuilder said = new StringBuilder();

  private Squeeze(Path cgroup, Process process) {
    this.cgroup = cgroup;
    this.process = process;
    this.output = process.inputReader();
  }

  /** Skips the running test where there is no such cgroup, or it cannot be told that. */
  static Squeeze of(Path program, String how, boolean kills) throws IOException {
    Path cgroup = CONTROLLER.resolve("predicomp-squeeze-" + ProcessHandle.current().pid());
    try {
      Files.createDirectory(cgroup);
    } catch (IOException e) {
      Skip.unless(false, "no memory cgroup of version 1 can be made: " + e);
    }
    try {
      if (!kills) {
        tellNotToKill(cgroup);
      }
      String enter = "echo $$ >" + cgroup.resolve("cgroup.procs") + "; exec \"$@\"";
      Process process =
          new ProcessBuilder(
                  "/bin/sh", "-c", enter, "sh", program.toString(), "squeeze", how, "" + PAGES)
              .redirectErrorStream(true)
              .start();
      return new Squeeze(cgroup, process);
    } catch (Throwable t) {
      Files.delete(cgroup);
      throw t;
    }
  }

  private static void tellNotToKill(Path cgroup) {
    try {
      Files.writeString(cgroup.resolve("memory.oom_control"), "1");
    } catch (IOException e) {
      Skip.unless(false, "this kernel kills at every limit: " + e);
    }
  }

  /** Sets the limit once its pages are compressed, and waits for its end; returns its exit code. */
  int end() throws IOException, InterruptedException {
    listen(1);
    assertEquals("evicted\n", said());
    Path usage = cgroup.resolve("memory.usage_in_bytes");
    long limit = Long.parseLong(Files.readString(usage).strip()) + ROOM;
    Files.writeString(cgroup.resolve("memory.limit_in_bytes"), Long.toString(limit));
    process.outputWriter().append("go\n").flush();
    listen(Integer.MAX_VALUE);
    assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "it does not end");
    return process.exitValue();
  }

  private void listen(int lines) throws IOException {
    for (int i = 0; i < lines; i++) {
      String line = output.readLine();
      if (line == null) {
        return;
      }
      said.append(line).append('\n');
    }
  }

  /** What it has printed. */
  String said() {
    return said.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    // A process that has just been reaped can still count as a member for a moment.
    for (int i = 0; i < 1000 && !cgroup.toFile().delete(); i++) {
      LockSupport.parkNanos(10_000_000);
    }
  }
}
