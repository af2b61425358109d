package io.predicomp.os.bpf;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the kernel at which programs can be run, and the fields that they are given there.
 * Numbers and offsets differ from kernel to kernel.
 *
 * @param name its group, a slash, and its own name
 * @param id the kernel's number of it
 * @param fields by their names
 */
public record Tracepoint(String name, int id, Map<String, Field> fields) {
  /**
   * A field.
   *
   * @param offset of its first byte
   * @param size in bytes
   */
  public record Field(int offset, int size) {}

  private static final Pattern ID = Pattern.compile("(?m)^ID: (\\d+)$");

  //   field:char comm[16];  offset:8;  size:16;  signed:0;
  private static final Pattern FIELD =
      Pattern.compile(
          "(?m)^\\s*field:[^;]*?(\\w+)(?:\\[[^]]*])?;\\s*offset:(\\d+);\\s*size:(\\d+);");

  /** Copies the fields. */
  public Tracepoint {
    fields = Map.copyOf(fields);
  }

  /**
   * {@return a tracepoint as its file {@code format} describes it}
   *
   * @throws IOException if the text is no such description
   */
  static Tracepoint parse(String name, String format) throws IOException {
    Matcher id = ID.matcher(format);
    if (!id.find()) {
      throw new IOException("the description of tracepoint " + name + " has no ID");
    }
    Map<String, Field> fields = new HashMap<>();
    Matcher field = FIELD.matcher(format);
    while (field.find()) {
      fields.put(
          field.group(1),
          new Field(Integer.parseInt(field.group(2)), Integer.parseInt(field.group(3))));
    }
    return new Tracepoint(name, Integer.parseInt(id.group(1)), fields);
  }

  /** {@return a field, or empty if this kernel has no such one} */
  public Optional<Field> find(String field) {
    return Optional.ofNullable(fields.get(field));
  }

  /**
   * {@return a field}
   *
   * @throws IOException if this kernel has no such one
   */
  public Field field(String field) throws IOException {
    return find(field)
        .orElseThrow(() -> new IOException("tracepoint " + name + " has no field " + field));
  }
}
