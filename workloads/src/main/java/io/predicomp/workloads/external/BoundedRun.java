package io.predicomp.workloads.external;

import io.predicomp.os.process.ProcessGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Runs a program with all that it starts for a bounded time, its output in a file.
 *
 * <p>It is a session of its own, so that all of it can be killed together. If this process is
 * killed, {@code timeout(1)} ends it: at once where {@code setpriv(1)} can ask for that, else at
 * the bound.
 */
public final class BoundedRun {
  /** How long after SIGTERM comes SIGKILL. */
  private static final long PATIENCE_MILLIS = 2_000;

  private BoundedRun() {}

  /** How it ended. */
  public enum End {
    EXITED,
    TIMED_OUT,
    INTERRUPTED
  }

  /**
   * An end and, if it ended by itself, the exit code.
   *
   * @param elapsedNanos how long it ran
   */
  public record Outcome(End end, int exitCode, long elapsedNanos) {}

  /** {@return how the program ended, which it and its children have when this returns} */
  public static Outcome run(
      List<String> command,
      Path directory,
      Map<String, String> environment,
      Path log,
      long seconds,
      BooleanSupplier interrupted)
      throws IOException {
    List<String> bounded = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
      bounded.addAll(List.of("/usr/bin/setpriv", "--pdeathsig", "TERM"));
    }
    // A little later than our own bound, which keeps the reason.
    bounded.addAll(List.of("setsid", "timeout", "--kill-after=2", Long.toString(seconds + 5)));
    bounded.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(bounded)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    Process process = builder.start();
    ProcessGroup group = new ProcessGroup(process.pid());
    End end = await(process, start + TimeUnit.SECONDS.toNanos(seconds), interrupted);
    long elapsed = System.nanoTime() - start;
    try {
      if (end != End.EXITED) {
        group.terminate();
        process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
      // Also what a program left behind that ended by itself.
      group.kill();
      process.destroyForcibly().waitFor(); // it may have been too young to lead a group
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
    return new Outcome(end, process.exitValue(), elapsed);
  }

  private static End await(Process process, long endNanoTime, BooleanSupplier interrupted) {
    try {
      while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
        if (interrupted.getAsBoolean()) {
          return End.INTERRUPTED;
        }
        if (System.nanoTime() - endNanoTime >= 0) {
          return End.TIMED_OUT;
        }
      }
      return End.EXITED;
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }
}
