package io.predicomp.bench.controller;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code process_storm.c}, which makes tasks that end at once. */
final class Storm {
  private static final Path PROGRAM = Path.of("bench/target/loops/process_storm");

  private Storm() {}

  /**
   * Lets it make threads or processes.
   *
   * @param kind {@code threads} or {@code processes}
   * @param rate a second of all workers together, or nothing: as many as it can
   */
  static Process start(String kind, int seconds, int workers, int... rate) throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IOException(
          PROGRAM
              + " is not built: install a C compiler (on Debian: apt-get install gcc libc6-dev),"
              + " and delete bench/target/benchmarks.jar so that it is built again");
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                PROGRAM.toString(), kind, Integer.toString(seconds), Integer.toString(workers)));
    for (int each : rate) {
      command.add(Integer.toString(each));
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** {@return how many tasks it made, once it has ended} */
  static long made(Process storm) throws IOException {
    return Long.parseLong(
        new String(storm.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }
}
