package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for a main class of the tests, on the class path, which has everything. */
public final class ChildJvm {
  private static final int PATIENCE_SECONDS = 300;

  private ChildJvm() {}

  /**
   * Runs a main class to its end.
   *
   * @param options of the JVM
   * @return what it said
   * @throws AssertionError with what it said, if it exits with anything but 0 or not in time
   */
  public static String run(List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(options, Map.of(), main, arguments);
  }

  /** As {@link #run(List, Class, String...)}, with further variables in its environment. */
  public static String run(
      List<String> options, Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(0, List.of(), options, environment, main, arguments);
  }

  /**
   * As {@link #run(List, Class, String...)}.
   *
   * @param exitCode what it has to exit with
   * @param starter a command that runs the rest of its arguments, or nothing
   */
  static String run(
      int exitCode,
      List<String> starter,
      List<String> options,
      Map<String, String> environment,
      Class<?> main,
      String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(starter);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Path output = Files.createTempFile("child", ".out");
    try {
      Process process = builder.redirectOutput(output.toFile()).start();
      long most = PATIENCE_SECONDS + SoakTime.each().toSeconds();
      boolean ended = process.waitFor(most, TimeUnit.SECONDS);
      process.destroyForcibly();
      String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      assertTrue(ended, () -> "does not end within " + most + " s: " + said);
      assertEquals(exitCode, process.exitValue(), said);
      return said;
    } finally {
      Files.delete(output);
    }
  }

  private static String classPath() {
    return String.join(
        File.pathSeparator,
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path", ""),
        Path.of("target", "test-classes").toAbsolutePath().toString());
  }
}
