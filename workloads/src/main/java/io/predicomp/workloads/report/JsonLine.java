package io.predicomp.workloads.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** JSON on one line. */
public final class JsonLine {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonLine() {}

  /**
   * {@return a JSON object, without a line break}
   *
   * @param values strings, numbers, booleans, and maps of these
   */
  public static String of(Map<String, ?> values) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      write(json, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Map<?, ?> values) throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      json.writeFieldName((String) entry.getKey());
      switch (entry.getValue()) {
        case String s -> json.writeString(s);
        case Boolean b -> json.writeBoolean(b);
        case Double d -> json.writeNumber(d);
        case Number n -> json.writeNumber(n.longValue());
        case Map<?, ?> map -> write(json, map);
        default -> throw new IllegalArgumentException("no JSON form: " + entry);
      }
    }
    json.writeEndObject();
  }
}
