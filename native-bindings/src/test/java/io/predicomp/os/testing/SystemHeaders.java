package io.predicomp.os.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks the C compiler of this machine what its headers say. */
public final class SystemHeaders {
  private SystemHeaders() {}

  /**
   * {@return the values of C expressions} An expression whose macro the headers do not have is left
   * out; skips the test where there is no compiler.
   *
   * @param headers to include
   * @param expressions of an integer type; each that is an identifier may be missing
   */
  public static Map<String, Long> evaluate(List<String> headers, Collection<String> expressions)
      throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder("#include <stdio.h>\n#include <stddef.h>\n");
    headers.forEach(header -> source.append("#include <").append(header).append(">\n"));
    source.append("int main(void) {\n");
    for (String expression : expressions) {
      boolean mayBeMissing = expression.matches("[A-Z_][A-Za-z0-9_]*");
      if (mayBeMissing) {
        source.append("#ifdef ").append(expression).append('\n');
      }
      source.append(
          "  printf(\"%%s=%%lld\\n\", \"%s\", (long long)(%s));\n"
              .formatted(expression, expression));
      if (mayBeMissing) {
        source.append("#endif\n");
      }
    }
    source.append("  return 0;\n}\n");

    Path directory = Files.createTempDirectory("headers");
    try {
      Path program = directory.resolve("program");
      Path file = Files.writeString(directory.resolve("program.c"), source);
      String said;
      try {
        said = run("cc", "-o", program.toString(), file.toString());
      } catch (IOException e) {
        Skip.unless(false, "no C compiler to read the system's headers with: " + e.getMessage());
        return Map.of();
      }
      if (!Files.exists(program)) {
        throw new AssertionError("cc failed:\n" + said + "\nfor\n" + source);
      }
      Map<String, Long> values = new HashMap<>();
      run(program.toString())
          .lines()
          .forEach(
              line -> {
                int equals = line.lastIndexOf('=');
                values.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
              });
      return values;
    } finally {
      try (var files = Files.list(directory)) {
        for (Path each : files.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(directory);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
