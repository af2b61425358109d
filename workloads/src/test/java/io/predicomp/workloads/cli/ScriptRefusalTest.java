package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that are no command of the launcher explain themselves and refuse as it does. */
class ScriptRefusalTest {
  private static Launched run(String line) throws IOException {
    String[] words = line.split(" ", -1);
    ProcessBuilder builder = Launched.builder(Launched.ROOT, Launched.ROOT.resolve(words[0]));
    builder.command().addAll(List.of(words).subList(1, words.length));
    builder.environment().keySet().removeIf(name -> name.startsWith("PREDICOMP_VM"));
    return Launched.finish(builder.start());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bench/run",
        "bench/loops",
        "docs/container-demo/run",
        "vm/run.sh",
        "vm/check_host.sh",
        "vm/validate.sh",
        "vm/test.sh",
        "vm/loops.sh",
        "vm/cgroup.sh",
        "vm/arm64.sh",
        "vm/damon_reclaim.sh"
      })
  void helpSaysWhatItIsFor(String script) throws IOException {
    Launched help = run(script + " --help");
    assertEquals(0, help.exitCode(), help.toString());
    assertTrue(help.out().lines().count() >= 2, help.toString());
    assertEquals("", help.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bench/run access nothing|'nothing'|parts are access copy",
        "bench/run jmh|jmh|bench/run jmh OUT.json",
        "bench/run jmh /dev/null/x.json|'/dev/null/x.json'|can be written",
        "bench/loops nothing|'nothing'|cases are bursts",
        "bench/loops --nothing|'--nothing'|--rounds N",
        "bench/loops --rounds 0|--rounds|1 to 9",
        "bench/loops --keep /no/such|'/no/such'|is not a directory",
        "docs/container-demo/run --limit-mb 0|--limit-mb|from 256 to 16384",
        "docs/container-demo/run --nothing|'--nothing'|--seconds N",
        "vm/run.sh --nothing|--nothing|vm/run.sh --help",
        "vm/run.sh --cpus 0 -- true|--cpus|from 1 to 64",
        "vm/run.sh --kernel-dir /no/such -- true|'/no/such'|boot/vmlinuz-RELEASE",
        "vm/check_host.sh --nothing|'--nothing'|takes no options",
        "vm/damon_reclaim.sh --nothing|--nothing|vm/damon_reclaim.sh --help",
        "vm/damon_reclaim.sh nothing|nothing|bursts streamer skewed",
        "vm/damon_reclaim.sh --rounds 10|--rounds|from 1 to 9",
      })
  void aMistakeIsOneSentenceAndExitCode2(String line, String named, String allowed)
      throws IOException {
    Launched refused = run(line);
    assertEquals(2, refused.exitCode(), refused.toString());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains(named), refused.err());
    assertTrue(refused.err().contains(allowed), refused.err());
  }
}
