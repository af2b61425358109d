package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every way to ask wrongly: one sentence that names the option and what is allowed, exit code 2.
 */
@Isolated("replaces System.err")
class RefusalTest {
  record Answer(int code, String err) {}

  static Answer ask(String line) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Predicomp.commandLine(new Interruption()).execute(line.split(" "));
      return new Answer(code, err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "interactive_burst --workers 513|--workers|1 to 512",
        "interactive_burst --duration-sec 301|--duration-sec|1 to 300",
        "interactive_burst --duration-sec abc|--duration-sec|1 to 300",
        "interactive_burst --region-mb 0|--region-mb|1 to 1048576",
        "interactive_burst --region-mb 1048576|--region-mb|available",
        "interactive_burst --workers 300 --region-mb 1|--workers|256 pages",
        "interactive_burst --active-ms 10001|--active-ms|1 to 10000",
        "anon_streamer --idle-ms -1|--idle-ms|0 to 30000",
        "random_touch_heap --ops-per-sec 0|--ops-per-sec|1 to 1000000000",
        "mmap_churn --map-kb 3|--map-kb|4 to 1048576",
        "interactive_burst --use-mem-arena --arena-cap-mb 7|--arena-cap-mb|8 to 65536",
        "interactive_burst --arena-cap-mb 8|--arena-cap-mb|needs --use-mem-arena",
        "interactive_burst --use-mem-arena --arena-resident-mb 7|--arena-resident-mb|8 to 1048576",
        "interactive_burst --use-mem-arena --arena-resident-mb x|--arena-resident-mb|8 to 1048576",
        "interactive_burst --arena-resident-mb 8|--arena-resident-mb|needs --use-mem-arena",
        "interactive_burst --use-mem-arena --region-mb 1048576 --arena-resident-mb"
            + " 1048576|--region-mb|available",
        "interactive_burst --use-mem-arena --region-mb 1048576 --arena-resident-mb"
            + " 1000000|--arena-resident-mb|available",
        "interactive_burst --arena-page-kb 8|--arena-page-kb|4, 16 or 64",
        "interactive_burst --use-mem-arena --arena-when-full x|--arena-when-full|restore-lru or",
        "interactive_burst --use-mem-arena --arena-codec x|--arena-codec|zstd",
        "interactive_burst --use-mem-arena --arena-stats-json /no/x|--arena-stats-json|written",
        "interactive_burst --fill x|--fill|mixed_50_50",
        "interactive_burst --fill file=/no/x|--fill|cannot be read",
        "interactive_burst --arena-autoloops|--arena-autoloops|needs --use-mem-arena",
        "interactive_burst --use-mem-arena --arena-t-cold-ms 200|--arena-t-cold-ms|needs"
            + " --arena-autoloops",
        "interactive_burst --use-mem-arena --arena-t-cold-ms 99|--arena-t-cold-ms|100 to 600000",
        "interactive_burst --use-mem-arena --arena-cpu-pct 51|--arena-cpu-pct|0.1 to 50",
        "interactive_burst --use-mem-arena --arena-stall-pct 0|--arena-stall-pct|0.1 to 50",
        "interactive_burst --use-mem-arena --arena-predictor x|--arena-predictor|auto, stride,",
        "interactive_burst --use-mem-arena --arena-prefetch-batch 0|--arena-prefetch-batch|1 to"
            + " 65536",
        "interactive_burst --use-mem-arena --arena-hotness x|--arena-hotness|auto, touches or"
            + " damon",
        "interactive_burst --use-mem-arena --arena-hotness damon|--arena-hotness|needs"
            + " --arena-autoloops",
        "interactive_burst --use-mem-arena --arena-damon-sampling-ms 0|--arena-damon-sampling-ms|1"
            + " to 10000",
        "interactive_burst --use-mem-arena --arena-damon-max-regions 2|--arena-damon-max-regions|3"
            + " to 100000",
        "interactive_burst --use-mem-arena --arena-autoloops --arena-damon-max-regions"
            + " 9|--arena-damon-max-regions|less than --arena-damon-min-regions, 10",
        "interactive_burst --use-mem-arena --arena-autoloops --arena-damon-aggregation-ms"
            + " 4|--arena-damon-aggregation-ms|less than --arena-damon-sampling-ms, 5",
        "interactive_burst --use-mem-arena --arena-autoloops --arena-hotness touches"
            + " --arena-damon-update-ms 9|--arena-damon-update-ms|has no effect with",
        "interactive_burst --trace-csv x|--trace-csv|needs --use-mem-arena",
        "interactive_burst --heat-csv x|--heat-csv|needs --use-mem-arena",
        "interactive_burst --use-mem-arena --trace-csv /no/x|--trace-csv|cannot be written",
        "random_touch_heap --pattern zipf:0|--pattern|zipf:S with S from 0.1 to 5",
        "interactive_burst --write-percent 101|--write-percent|0 to 100",
        "interactive_burst --seed -1|--seed|0 to 9223372036854775807",
        "fork_exit_storm --fork-rate 1001|--fork-rate|1 to 1000",
        "fork_exit_storm --fork-rate 1000 --workers 11|--fork-rate|needs --unsafe-allow-long",
        "fork_exit_storm --max-children 0|--max-children|1 to 256",
        "fork_exit_storm --max-failed-pct 101|--max-failed-pct|0 to 100",
        "fork_exit_storm --workers 513|--workers|1 to 512",
        "fork_exit_storm --duration-sec 301|--duration-sec|1 to 300",
        "fork_touch_exit --touch-pages 16385|--touch-pages|1 to 16384",
        "fork_touch_exit --touch-pages 16384 --fork-rate 1 --workers 512 --max-children"
            + " 256|--workers|available",
        "fork_exit_storm --unsafe-allow-long --duration-sec 604801|--duration-sec|to 604800",
        "fork_exit_storm --unsafe-allow-long --workers 65537|--workers|to 65536",
        "fork_exit_storm --unsafe-allow-long --fork-rate 100001|--fork-rate|to 100000",
        "fork_exit_storm --unsafe-allow-long --max-children 257|--max-children|1 to 256",
        "fork_touch_exit --unsafe-allow-long --touch-pages 16385|--touch-pages|1 to 16384",
        "anon_streamer --unsafe-allow-long --region-mb 1048576|--region-mb|available",
        "mmap_churn --unsafe-allow-long --ops-per-sec 100001|--ops-per-sec|1 to 100000",
        "external fio --unsafe-allow-long --timeout-sec 604801|--timeout-sec|to 604800",
        "fork_exec_storm --exec-path /no/such|--exec-path|does not exist",
        "fork_exec_storm --exec-path /etc/passwd|--exec-path|is not an executable file",
        "fork_exec_storm --exec-path /tmp|--exec-path|is not an executable file",
        "fork_exit_storm --memory-max 1G|--memory-max|needs --cgroup",
        "interactive_burst --memory-max 1G|--memory-max|needs --cgroup",
        "interactive_burst --cgroup x --memory-max 63M|--memory-max|64M to 1T",
        "interactive_burst --cgroup x --memory-max 1025G|--memory-max|64M to 1T",
        "interactive_burst --cgroup x --memory-max 99999999999999T|--memory-max|64M to 1T",
        "interactive_burst --cgroup x --memory-max 1g|--memory-max|64M to 1T",
        "mmap_churn --cgroup ../x|--cgroup|letters, digits",
        "external nothing|TOOL|stress-ng, sysbench, fio, mmtests or phoronix",
        "external fio --scale 0|--scale|0.001 to 100",
        "external fio --duration-sec 301|--duration-sec|1 to 300",
        "external fio --timeout-sec 3601|--timeout-sec|needs --unsafe-allow-long",
        "external fio --test x|--test|mmtests and phoronix",
        "tools|tools check|Say",
        "interactive_burst --bogus|--bogus|Unknown option",
        "interactive_burst --bogus 5|'--bogus'|predicomp interactive_burst --help",
        "interactive_burst extra|Unknown argument: 'extra'|predicomp interactive_burst --help",
        "nothing_of_ours|Unknown command: 'nothing_of_ours'|predicomp --help",
        "probe nothing|Unknown command: 'nothing'|predicomp probe --help",
        "interactive_burst --fill file=/tmp|--fill|cannot be read",
        "external fio --profile /no/such|/no/such|cannot be read",
        "external fio --profile /dev/null|/dev/null|has no 'arguments'",
        "external fio --results /dev/null/x|--results|no directory that can be written",
        "interactive_burst --duration-sek 3|'--duration-sek'|; did you mean '--duration-sec'?",
        "interactive_burst --use-mem-arean|'--use-mem-arean'|; did you mean '--use-mem-arena'?",
        "interactive_brust --seed 1|'interactive_brust'|; did you mean 'interactive_burst'?",
        "interactive_burst --seed|--seed|Missing"
      })
  void isRefused(String line, String option, String allowed) {
    Answer answer = ask(line);
    assertEquals(2, answer.code(), answer.err());
    assertEquals(1, answer.err().lines().count(), answer.err());
    assertTrue(answer.err().contains(option), answer.err());
    assertTrue(answer.err().contains(allowed), answer.err());
  }

  @Test
  void unsafeAllowLongLiftsTheLimits() {
    // Gets as far as the next mistake.
    Answer answer =
        ask("interactive_burst --duration-sec 301 --workers 600 --unsafe-allow-long --fill x");
    assertTrue(answer.err().contains("--fill"), answer.err());
  }

  @Test
  void nothingIsSuggestedForWhatResemblesNothing() {
    assertFalse(ask("interactive_burst --bogus").err().contains("did you mean"));
    assertFalse(ask("nothing_of_ours").err().contains("did you mean"));
  }

  @ParameterizedTest
  @CsvSource({"abc,abc,0", "abc,abd,1", "abc,ac,1", "ac,abc,1", "abc,'',3", "kitten,sitting,3"})
  void changesAreCounted(String from, String to, int changes) {
    assertEquals(changes, Suggestion.changes(from, to));
  }
}
