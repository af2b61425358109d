package io.predicomp.os.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that looks like the root of a Linux system, as far as a test has made it. */
public record FakeRoot(Path path) {
  /** Writes a file, named from the root without the leading slash. */
  public FakeRoot with(String file, String text) {
    try {
      Path target = path.resolve(file);
      Files.createDirectories(target.getParent());
      Files.writeString(target, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a directory. */
  public FakeRoot withDirectory(String directory) {
    try {
      Files.createDirectories(path.resolve(directory));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
