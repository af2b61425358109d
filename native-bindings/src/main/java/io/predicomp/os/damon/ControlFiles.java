package io.predicomp.os.damon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of the kernel: what is written to one may change others. Tests have a kernel of their own.
 */
class ControlFiles {
  String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  void write(Path file, String value) throws IOException {
    // No CREATE: the kernel makes these files, and one it did not make is a sign of its age.
    Files.writeString(file, value, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  void makeDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  /** The kernel empties a directory of tracefs by itself. */
  void removeDirectory(Path directory) throws IOException {
    Files.delete(directory);
  }

  boolean exists(Path path) {
    return Files.exists(path);
  }

  List<Path> directories(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> each = Files.newDirectoryStream(parent, Files::isDirectory)) {
      each.forEach(found::add);
    }
    return found;
  }

  /** Writes {@code value} to a file that may be missing. {@return whether it was there} */
  boolean writeIfThere(Path file, String value) throws IOException {
    if (!exists(file)) {
      return false;
    }
    write(file, value);
    return true;
  }
}
