package io.predicomp.bench.result;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The results of one command.
 *
 * @param benchmark the command
 * @param settings what it was told
 * @param rows what was measured, one row each; the first row's keys are the columns of the CSV
 * @param more further members of the JSON by name
 */
public record Results(
    String benchmark,
    Map<String, Object> machine,
    Map<String, Object> settings,
    List<Map<String, Object>> rows,
    Map<String, Object> more) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Changes when a consumer of the JSON would have to. */
  private static final int FORMAT = 1;

  /**
   * Writes a CSV, and a JSON of the same name beside it.
   *
   * @return the JSON's path
   * @throws UncheckedIOException if a file cannot be written
   */
  public Path write(Path csv) {
    Path json = jsonBeside(csv);
    try {
      Path parent = csv.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(csv, csv());
      Files.writeString(json, json() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return json;
  }

  /** {@return where the JSON of that CSV goes} */
  public static Path jsonBeside(Path csv) {
    String name = String.valueOf(csv.getFileName());
    String stem = name.endsWith(".csv") ? name.substring(0, name.length() - 4) : name;
    return csv.resolveSibling(stem + ".json");
  }

  /** {@return the whole as JSON} */
  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("benchmark", benchmark);
    all.put("format", FORMAT);
    all.put("machine", machine);
    all.put("settings", settings);
    all.put("rows", rows);
    all.putAll(more);
    try {
      return JSON.writeValueAsString(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the rows as comma-separated values with a header} */
  public String csv() {
    StringBuilder text = new StringBuilder();
    if (rows.isEmpty()) {
      return "";
    }
    List<String> columns = List.copyOf(rows.getFirst().keySet());
    text.append(String.join(",", columns)).append('\n');
    for (Map<String, Object> row : rows) {
      for (int i = 0; i < columns.size(); i++) {
        text.append(i == 0 ? "" : ",").append(field(row.get(columns.get(i))));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String field(Object value) {
    return switch (value) {
      case null -> "";
      case Double d -> number(d);
      case Boolean b -> b ? "1" : "0";
      default -> quoted(value.toString());
    };
  }

  /** Six significant digits behind the point, and no exponent. */
  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.6f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private static String quoted(String text) {
    return text.matches("[^\",\n\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
