package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.predicomp.bench.result.ChildJvm;
import io.predicomp.os.feature.KernelFeature;
import io.predicomp.os.feature.ProbeResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/seccomp-predicomp.json}, whose rules users merge into the profile they have: as it
 * is, and as the kernel enforces it.
 */
class SeccompProfileTest {
  private static final Path PROFILE = Path.of("../docs/seccomp-predicomp.json");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EPERM = 1; // asm-generic/errno-base.h

  @TempDir Path directory;

  private static JsonNode rules() throws IOException {
    return JSON.readTree(PROFILE.toFile()).get("syscalls");
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

  /** Without root the kernel denies the rest itself, so that no filter is seen to. */
  @Test
  void allowsUserfaultfdOnlyForFaultsOfUserMode() throws IOException {
    JsonNode mode = rules().get(0).get("args").get(0);

    assertEquals(
        List.of(0, 1, 1),
        List.of(
            mode.get("index").asInt(), mode.get("value").asInt(), mode.get("valueTwo").asInt()));
    assertEquals("SCMP_CMP_MASKED_EQ", mode.get("op").asText());
  }

  /** What a container engine denies by itself. */
  @Test
  void withoutItsRulesBothCallsAreDenied() throws Exception {
    Path none = Files.writeString(directory.resolve("none.json"), "{\"syscalls\": []}");

    Said said = under(none);

    assertEquals("unsupported", said.status("process_madvise_self"));
    assertEquals("unsupported", said.status("userfaultfd"));
    assertEquals(EPERM, said.faultsOfTheKernel());
    assertTrue(said.transparent().contains("seccomp profile"), said.transparent());
  }

  @Test
  void withItsRulesBothCallsAreAllowedForWhatIsNeeded() throws Exception {
    needs(KernelFeature.USERFAULTFD);
    needs(KernelFeature.PROCESS_MADVISE_SELF);

    Said said = under(PROFILE);

    assertEquals("supported", said.status("process_madvise_self"));
    assertEquals("supported", said.status("userfaultfd"));
    assertEquals(EPERM, said.faultsOfTheKernel(), "faults of the kernel stay denied");
    assertEquals("64 pages left, 64 came back", said.transparent());
  }

  /** Another bit asked for: so an error in the file would show. */
  @Test
  void aRuleThatAsksForAnotherFlagAllowsNothing() throws Exception {
    JsonNode wrong = JSON.readTree(PROFILE.toFile());
    ((ObjectNode) wrong.get("syscalls").get(0).get("args").get(0)).put("valueTwo", 0);
    Path file = directory.resolve("wrong.json");
    JSON.writeValue(file.toFile(), wrong);

    assertEquals("unsupported", under(file).status("userfaultfd"));
  }

  private static void needs(KernelFeature feature) {
    ProbeResult result = feature.probe();
    boolean supported = result instanceof ProbeResult.Supported;
    if (!supported) {
      System.out.println("SKIPPED: " + feature.title() + ": " + result);
    }
    Assumptions.assumeTrue(supported, result.toString());
  }

  private record Said(int faultsOfTheKernel, String transparent, JsonNode doctor) {
    String status(String feature) {
      return doctor.get(feature).get("status").asText();
    }
  }

  private Said under(Path profile) throws Exception {
    Path out = directory.resolve("out");
    Process process =
        ChildJvm.of(UnderSeccomp.class, List.of(profile.toString()))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    int exitCode = process.waitFor();
    if (exitCode == UnderSeccomp.NO_FILTER) {
      System.out.println("SKIPPED: this kernel, or a filter that is there already, allows none");
    }
    Assumptions.assumeTrue(exitCode != UnderSeccomp.NO_FILTER, "no seccomp filter");
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertEquals(0, exitCode, said);
    List<String> lines = said.lines().toList();
    return new Said(
        Integer.parseInt(after("of the kernel: ", lines.get(0))),
        after("transparent: ", lines.get(1)),
        JSON.readTree(lines.get(2)));
  }

  private static String after(String prefix, String line) {
    assertTrue(line.startsWith(prefix), line);
    return line.substring(prefix.length());
  }
}
