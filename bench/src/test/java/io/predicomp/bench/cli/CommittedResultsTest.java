package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lies in {@code bench/results}: for others to read, so it is what the schemas say. */
class CommittedResultsTest {
  private static final Path RESULTS = Path.of("results");

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(RESULTS)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      assertFalse(found.isEmpty());
      return found;
    }
  }

  /** One thing, or one for each line. */
  private static List<JsonNode> contents(Path file) throws IOException {
    try (MappingIterator<JsonNode> values =
        new ObjectMapper().readerFor(JsonNode.class).readValues(file.toFile())) {
      return values.readAll();
    }
  }

  @Test
  void everyFileIsAsItsSchemaSays() throws IOException {
    for (Path file : files()) {
      List<JsonNode> contents = contents(file);
      assertFalse(contents.isEmpty(), file::toString);
      for (JsonNode each : contents) {
        Executed.assertValid(each, each.path("benchmark").asText(), file.toString());
      }
    }
  }

  @Test
  void noFileNamesAPlaceOnTheMachine() throws IOException {
    for (Path file : files()) {
      for (JsonNode each : contents(file)) {
        assertNoPath(each, file);
      }
    }
  }

  private static void assertNoPath(JsonNode node, Path file) {
    if (node.isTextual()) {
      assertFalse(
          node.asText().matches("(?s)(.*[ =:])?/[A-Za-z].*"), () -> file + " has " + node.asText());
    }
    node.forEach(child -> assertNoPath(child, file));
  }

  @Test
  void aReportCanBeMadeOfAllOfThem() throws IOException {
    List<String> names = files().stream().map(Path::toString).toList();
    Executed run =
        Executed.run(
            Stream.concat(Stream.of("report", "--text"), names.stream()).toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    for (Path file : files()) {
      assertTrue(run.out().contains(file.getFileName() + " ("), run.out());
    }
  }
}
