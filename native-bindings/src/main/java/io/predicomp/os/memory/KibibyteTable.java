package io.predicomp.os.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of {@code /proc} whose lines read {@code Name: 123 kB}, where kB means 1024 bytes. */
final class KibibyteTable {
  private static final Pattern LINE = Pattern.compile("(\\S+):\\s+(\\d+) kB");

  private final Path file;
  private final Map<String, Long> bytesByName;

  private KibibyteTable(Path file, Map<String, Long> bytesByName) {
    this.file = file;
    this.bytesByName = bytesByName;
  }

  /**
   * {@return the table in that file; lines of another form are skipped}
   *
   * @throws UncheckedIOException if it cannot be read
   */
  static KibibyteTable read(Path file) {
    Map<String, Long> bytesByName = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()) {
          bytesByName.put(matcher.group(1), Long.parseLong(matcher.group(2)) * 1024);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new KibibyteTable(file, bytesByName);
  }

  /**
   * {@return the value of that name, in bytes}
   *
   * @throws UncheckedIOException if the file does not have it: the kernel is too old for it
   */
  long bytes(String name) {
    Long bytes = bytesByName.get(name);
    if (bytes == null) {
      throw new UncheckedIOException(new IOException(file + " has no line " + name));
    }
    return bytes;
  }
}
