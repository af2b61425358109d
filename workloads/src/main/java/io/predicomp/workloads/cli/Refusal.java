package io.predicomp.workloads.cli;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The user asked for what cannot be; the message is one sentence that says what to change. */
public final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public Refusal(String sentence) {
    super(sentence);
  }

  /** As picocli words the refusals that are its own. */
  public static Refusal ofValue(String option, Object value, String why) {
    return new Refusal("Invalid value for option '%s': '%s' %s.".formatted(option, value, why));
  }

  /** A file that results could not be written to. */
  public static Refusal ofFile(String option, @Nullable Path file) {
    return ofValue(
        option, String.valueOf(file), "cannot be written, a file in an existing directory can");
  }

  /**
   * Makes a directory for results where there is none.
   *
   * @throws Refusal if none can be made there, or nothing in it
   */
  public static void requireDirectory(String option, Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      // Looked at below, like one that is there and belongs to somebody else.
    }
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw ofValue(option, directory, "is no directory that can be written or made");
    }
  }
}
