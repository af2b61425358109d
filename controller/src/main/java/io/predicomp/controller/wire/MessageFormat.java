package io.predicomp.controller.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Compress;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.controller.wire.Message.Enrolled;
import io.predicomp.controller.wire.Message.Failure;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Messages as lines and back. Thread-safe. */
public final class MessageFormat {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> POLICIES = Set.of("internal", "external", "both");
  private static final int LONGEST_NAME = 64;

  private MessageFormat() {}

  /** {@return the line of a message, its end included} */
  public static byte[] encode(Message message) {
    ObjectNode json = JSON.createObjectNode().put("v", Message.VERSION);
    switch (message) {
      case Enroll m ->
          json.put("type", "enroll")
              .put("pid", m.pid())
              .put("workload", m.workload())
              .put("arena_cap_mb", m.capMebibytes())
              .put("arena_min_savings_pct", m.minSavingsPercent())
              .put("region_mb", m.regionMebibytes())
              .put("compress_policy", m.policy());
      case Enrolled m ->
          json.put("type", "enrolled")
              .put("generation", m.generation())
              .put("deadline_ns", m.deadlineNanos());
      case Compress m -> json.put("type", "compress").put("request", m.request());
      case Ack m -> {
        json.put("type", "ack").put("request", m.request()).put("done", m.done());
        if (!m.reason().isEmpty()) {
          json.put("reason", m.reason());
        }
        ObjectNode figures = json.putObject("stats");
        m.figures().forEach(figures::put);
      }
      case Failure m -> json.put("type", "error").put("reason", m.reason());
    }
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * {@return the message of a line}
   *
   * @throws ProtocolException if it is none; the text says why
   */
  public static Message decode(String line) throws ProtocolException {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new ProtocolException("the line is not JSON: " + e.getOriginalMessage());
    }
    if (!json.isObject()) {
      throw new ProtocolException("the line is not a JSON object");
    }
    long version = number(json, "v", 0, Long.MAX_VALUE);
    if (version != Message.VERSION) {
      throw new ProtocolException(
          "version " + version + " of the protocol, where this is " + Message.VERSION);
    }
    String type = text(json, "type");
    return switch (type) {
      case "enroll" -> enroll(json);
      case "enrolled" ->
          new Enrolled(
              (int) number(json, "generation", 1, Integer.MAX_VALUE),
              number(json, "deadline_ns", 0, Long.MAX_VALUE));
      case "compress" -> new Compress(number(json, "request", 1, Long.MAX_VALUE));
      case "ack" -> ack(json);
      case "error" -> new Failure(text(json, "reason"));
      default -> throw new ProtocolException("no message of type '" + type + "'");
    };
  }

  private static Enroll enroll(JsonNode json) throws ProtocolException {
    String policy = text(json, "compress_policy");
    if (!POLICIES.contains(policy)) {
      throw new ProtocolException("'compress_policy' is none of " + POLICIES);
    }
    String workload = text(json, "workload");
    if (workload.length() > LONGEST_NAME) {
      throw new ProtocolException("'workload' has more than " + LONGEST_NAME + " characters");
    }
    return new Enroll(
        (int) number(json, "pid", 1, Integer.MAX_VALUE),
        workload,
        number(json, "arena_cap_mb", 0, Integer.MAX_VALUE),
        number(json, "arena_min_savings_pct", 0, 100),
        number(json, "region_mb", 0, Integer.MAX_VALUE),
        policy);
  }

  private static Ack ack(JsonNode json) throws ProtocolException {
    JsonNode done = json.get("done");
    if (done == null || !done.isBoolean()) {
      throw new ProtocolException("'done' is not true or false");
    }
    Map<String, Long> figures = new LinkedHashMap<>();
    JsonNode stats = json.path("stats");
    for (Map.Entry<String, JsonNode> entry : stats.properties()) {
      figures.put(entry.getKey(), number(stats, entry.getKey(), 0, Long.MAX_VALUE));
    }
    return new Ack(
        number(json, "request", 1, Long.MAX_VALUE),
        done.booleanValue(),
        json.has("reason") ? text(json, "reason") : "",
        figures);
  }

  private static String text(JsonNode json, String field) throws ProtocolException {
    JsonNode value = json.get(field);
    if (value == null || !value.isTextual()) {
      throw new ProtocolException("'" + field + "' is not a text");
    }
    return value.textValue();
  }

  private static long number(JsonNode json, String field, long least, long most)
      throws ProtocolException {
    JsonNode value = json.get(field);
    if (value == null
        || !value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      throw new ProtocolException(
          "'%s' is not a whole number from %d to %d".formatted(field, least, most));
    }
    return value.longValue();
  }
}
