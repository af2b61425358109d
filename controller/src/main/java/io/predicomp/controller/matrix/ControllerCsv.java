package io.predicomp.controller.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what a controller has written. */
public final class ControllerCsv {
  private ControllerCsv() {}

  /**
   * {@return the rows, each by the names of its columns} A last line without its end is left out.
   *
   * @throws IOException if the file cannot be read, or has no names of columns
   */
  public static List<Map<String, String>> read(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> lines =
        text.substring(0, text.lastIndexOf('\n') + 1)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .toList();
    if (lines.isEmpty()) {
      throw new IOException(file + " has no names of columns");
    }
    List<String> names = split(lines.getFirst());
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> values = split(line);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
        row.put(names.get(i), values.get(i));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Commas separate, but not within quotation marks; two of these stand for one. */
  static List<String> split(String line) {
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        value.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        values.add(value.toString());
        value.setLength(0);
      } else {
        value.append(c);
      }
    }
    values.add(value.toString());
    return values;
  }
}
