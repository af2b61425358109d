package io.predicomp.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One thing to show.
 *
 * @param kind {@code process_mem_bench}, {@code codec_sweep}, {@code compare}, {@code trace},
 *     {@code heat}, {@code workload}, {@code reclaim} or {@code jmh}
 * @param name the file's
 * @param data an object; what was a CSV has its rows as {@code rows}
 */
public record Input(String kind, String name, ObjectNode data) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a CSV is, by how its header begins. */
  private static final Map<String, String> KINDS =
      Map.of(
          "dataset,run,warmup,pid", "process_mem_bench",
          "dataset,size_bytes,codec", "codec_sweep",
          "dataset,contender,pages", "compare",
          "seconds,resident_bytes,pool_bytes", "trace",
          "seconds,bucket_bytes", "heat");

  /** A file is none of what can be shown; the message says so. */
  public static final class NotShowable extends Exception {
    private static final long serialVersionUID = 1;

    NotShowable(String message) {
      super(message);
    }
  }

  /**
   * {@return what is in a file: one thing, or one for each line of JSON}
   *
   * @throws NotShowable if it is nothing that can be shown
   * @throws IOException if it cannot be read
   */
  public static List<Input> read(Path file) throws IOException, NotShowable {
    String name = String.valueOf(file.getFileName());
    String text = Files.readString(file);
    if (text.stripLeading().startsWith("{")) {
      return json(name, text);
    }
    for (Map.Entry<String, String> kind : KINDS.entrySet()) {
      if (text.startsWith(kind.getKey())) {
        return List.of(new Input(kind.getValue(), name, csv(name, text)));
      }
    }
    throw notShowable(name);
  }

  private static NotShowable notShowable(String name) {
    return new NotShowable(
        "'"
            + name
            + "' is neither JSON nor CSV of process_mem_bench, codec_sweep, compare, a workload,"
            + " --trace-csv, --heat-csv, vm/damon_reclaim.sh or bench/run jmh");
  }

  private static List<Input> json(String name, String text) throws IOException, NotShowable {
    List<Input> inputs = new ArrayList<>();
    try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(text)) {
      while (values.hasNextValue()) {
        if (!(values.nextValue() instanceof ObjectNode value)) {
          throw notShowable(name);
        }
        inputs.add(new Input(kind(name, value), name, value));
      }
    } catch (JsonProcessingException e) {
      throw new NotShowable("'" + name + "' is not JSON: " + e.getOriginalMessage());
    }
    return inputs;
  }

  private static String kind(String name, ObjectNode value) throws NotShowable {
    String benchmark = value.path("benchmark").asText();
    if (KINDS.containsValue(benchmark) || benchmark.equals("jmh")) {
      return benchmark;
    }
    if (value.has("workload") && value.has("elapsed_ms")) {
      return "workload";
    }
    if (value.path("runs").path(0).has("work_percent_of_plain")) {
      return "reclaim";
    }
    throw notShowable(name);
  }

  private static ObjectNode csv(String name, String text) throws NotShowable {
    List<String> lines = text.lines().toList();
    List<String> header = Csv.fields(lines.getFirst());
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (String line : lines.subList(1, lines.size())) {
      List<String> fields = Csv.fields(line);
      if (fields.size() != header.size()) {
        // The last line of a run that was killed may be cut off.
        if (line.equals(lines.getLast())) {
          break;
        }
        throw new NotShowable("'" + name + "' has a line of another length than its header");
      }
      ObjectNode row = rows.addObject();
      for (int i = 0; i < fields.size(); i++) {
        put(row, header.get(i), fields.get(i));
      }
    }
    return JsonNodeFactory.instance.objectNode().set("rows", rows);
  }

  private static void put(ObjectNode row, String column, String field) {
    if (field.matches("-?[0-9]{1,18}")) {
      row.put(column, Long.parseLong(field));
    } else if (field.matches("-?[0-9]+\\.[0-9]+")) {
      row.put(column, Double.parseDouble(field));
    } else {
      row.put(column, field);
    }
  }

  /** {@return the rows, or nothing} */
  List<JsonNode> rows() {
    List<JsonNode> rows = new ArrayList<>();
    data.path("rows").forEach(rows::add);
    return rows;
  }
}
