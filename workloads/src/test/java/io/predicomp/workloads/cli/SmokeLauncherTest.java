package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmokeLauncherTest {
  @Test
  void everyLineFitsItsSchema() throws IOException {
    Launched run = Launched.run(Launched.ROOT.resolve("predicomp"), "smoke");
    assertEquals(0, run.exitCode(), run.toString());
    assertEquals(15, run.out().lines().filter(line -> !line.startsWith("FAILED")).count());
  }

  @Test
  void aLineThatDoesNotFitIsAFailure(@TempDir Path directory) throws IOException {
    Path schemas = Launched.ROOT.resolve("workloads/schemas");
    try (var files = Files.list(schemas)) {
      for (Path schema : files.toList()) {
        String text = Files.readString(schema);
        if (schema.endsWith("fork_exec_storm.schema.json")) {
          text = text.replace("\"execs\": {", "\"execs\": { \"maximum\": 0,");
        }
        Files.writeString(directory.resolve(schema.getFileName()), text);
      }
    }
    Launched run =
        Launched.run(
            Launched.ROOT.resolve("predicomp"), "smoke", "--schemas", directory.toString());
    assertEquals(1, run.exitCode(), run.toString());
    assertTrue(run.out().contains("FAILED  fork_exec_storm"), run.out());
    assertEquals(1, run.out().lines().filter(line -> line.startsWith("FAILED")).count());
  }
}
