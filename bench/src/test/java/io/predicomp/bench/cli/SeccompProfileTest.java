package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** {@code docs/seccomp-predicomp.json}, whose rules users merge into the profile they have. */
class SeccompProfileTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode rules() throws IOException {
    return JSON.readTree(Path.of("../docs/seccomp-predicomp.json").toFile()).get("syscalls");
  }

  private static Set<String> names(JsonNode rule) {
    return StreamSupport.stream(rule.get("names").spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toSet());
  }

  @Test
  void allowsWhatTheModesNeedAndNothingElse() throws IOException {
    assertEquals(2, rules().size());
    assertEquals(Set.of("userfaultfd"), names(rules().get(0)));
    assertEquals(Set.of("process_madvise"), names(rules().get(1)));
    for (JsonNode rule : rules()) {
      assertEquals("SCMP_ACT_ALLOW", rule.get("action").asText());
    }
  }

  @Test
  void allowsUserfaultfdOnlyForFaultsOfUserMode() throws IOException {
    JsonNode mode = rules().get(0).get("args").get(0);

    assertEquals(
        List.of(0, 1, 1),
        List.of(
            mode.get("index").asInt(), mode.get("value").asInt(), mode.get("valueTwo").asInt()));
    assertEquals("SCMP_CMP_MASKED_EQ", mode.get("op").asText());
  }
}
