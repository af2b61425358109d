package io.predicomp.workloads.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of rows that a run writes as it goes, opened before the run. */
record TraceFile(@Nullable PrintStream out) implements AutoCloseable {
  /**
   * @param option its option
   * @param path nothing if no file is wanted
   * @throws Refusal if the file cannot be written
   */
  static TraceFile open(String option, @Nullable Path path) {
    try {
      return new TraceFile(
          path == null
              ? null
              : new PrintStream(Files.newOutputStream(path), false, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Refusal.ofFile(option, path);
    }
  }

  @Override
  public void close() {
    if (out != null) {
      out.close();
    }
  }
}
