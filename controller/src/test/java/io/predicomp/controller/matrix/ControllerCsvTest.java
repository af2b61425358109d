package io.predicomp.controller.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerCsvTest {
  @TempDir Path directory;

  @Test
  void commentsAndAHalfLineAtTheEndAreLeftOut() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.csv"), "# comment\npid,comm\n1,\"a, \"\"b\"\"\"\n2,c\n3,d");
    assertEquals(
        List.of(Map.of("pid", "1", "comm", "a, \"b\""), Map.of("pid", "2", "comm", "c")),
        ControllerCsv.read(file));
  }

  @Test
  void aFileWithoutColumnsIsRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("a.csv"), "# comment\n");
    assertThrows(IOException.class, () -> ControllerCsv.read(file));
  }
}
