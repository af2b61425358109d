package io.predicomp.workloads.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A launcher run as a user runs it, on the classes under test. */
record Launched(int exitCode, String out, String err) {
  static {
    // Only tests use it, so the module does not say so itself.
    Launched.class
        .getModule()
        .addReads(ModuleLayer.boot().findModule("com.fasterxml.jackson.databind").orElseThrow());
  }

  private static final long PATIENCE_SECONDS = 60;

  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  static Path bin(String workload) {
    return ROOT.resolve("workloads/bin").resolve(workload);
  }

  static Launched run(Path program, String... arguments) throws IOException {
    return run(program, PATIENCE_SECONDS, arguments);
  }

  static Launched run(Path program, long patienceSeconds, String... arguments) throws IOException {
    return finish(start(ROOT, program, arguments), patienceSeconds);
  }

  /** A run of so many seconds. */
  @FunctionalInterface
  interface Timed {
    Launched run(int seconds) throws IOException;
  }

  /**
   * A run that lasts as long as it must: a loaded machine may do in a second what others do in the
   * blink of an eye, and a test that asks whether something happened does not ask when.
   *
   * @param enough whether everything happened that the test looks for
   */
  static Launched longEnough(int seconds, Timed timed, Predicate<JsonNode> enough)
      throws IOException {
    Launched last = timed.run(seconds);
    for (int longer = 2 * seconds; longer <= 16; longer *= 2) {
      if (last.exitCode() != 0 || enough.test(last.json())) {
        break;
      }
      last = timed.run(longer);
    }
    return last;
  }

  static Process start(Path directory, Path program, String... arguments) throws IOException {
    return builder(directory, program, arguments).start();
  }

  static ProcessBuilder builder(Path directory, Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PREDICOMP_MODULE_PATH", System.getProperty("jdk.module.path"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder;
  }

  static Launched finish(Process process) throws IOException {
    return finish(process, PATIENCE_SECONDS);
  }

  static Launched finish(Process process, long patienceSeconds) throws IOException {
    CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process));
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("still running after " + patienceSeconds + " s");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Launched(process.exitValue(), out, err.join());
  }

  private static String read(Process process) {
    try {
      return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one line on standard output. */
  JsonNode json() throws IOException {
    if (out.lines().count() != 1) {
      throw new AssertionError("not one line: " + this);
    }
    return new ObjectMapper().readTree(out);
  }

  /** Whether a signal reaches a child: a shell without job control ignores SIGINT for it. */
  static boolean sigintIsIgnored() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & (1L << 1)) != 0;
      }
    }
    throw new IllegalStateException("/proc/self/status has no SigIgn");
  }
}
