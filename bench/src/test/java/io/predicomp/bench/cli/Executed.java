package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.predicomp.workloads.cli.Interruption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** A command as a user gives it, run in this process. */
record Executed(int exitCode, String out, String err) {
  static Executed run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int code = Bench.commandLine(new Interruption()).execute(arguments);
      return new Executed(
          code,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** The file as JSON, which must be as the schema of that name says. */
  static JsonNode valid(Path json, String schema) throws IOException {
    JsonNode tree = new ObjectMapper().readTree(Files.readString(json));
    assertValid(tree, schema, json.toString());
    return tree;
  }

  /** Fails unless the JSON is as the schema of that name says. */
  static void assertValid(JsonNode json, String schema, String where) throws IOException {
    var messages =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(Path.of("schemas", schema + ".schema.json")))
            .validate(json);
    assertEquals(Set.of(), messages, where);
  }
}
