package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  @TempDir Path directory;
  private SampleResults results;

  @BeforeEach
  void writeResults() throws IOException {
    results = SampleResults.in(directory);
  }

  @Test
  void pageHoldsEverythingItself() throws IOException {
    String page = Files.readString(results.page());
    assertFalse(page.contains("<script src"), "no script from elsewhere");
    assertFalse(page.contains("<link rel=\"stylesheet\""), "no style from elsewhere");
    assertFalse(page.contains("</script><b>"), "data cannot end the script it is in");
    assertTrue(page.contains("there is no C compiler"));
    assertTrue(page.contains("DAMON_RECLAIM + zram (published)"));
  }

  @Test
  void everyChartIsDrawnInABrowser() throws Exception {
    String dom = Browser.in(directory).dom(results.page(), 1280);
    assertTrue(dom.contains("data-charts=\"" + SampleResults.CHARTS + "\""), () -> body(dom));
    String[] charts = dom.split("class=\"chart", -1);
    assertEquals(SampleResults.CHARTS + 1, charts.length);
    for (int i = 1; i < charts.length; i++) {
      String chart = charts[i].substring(0, charts[i].indexOf("</svg>"));
      String title = chart.substring(0, chart.indexOf('>'));
      // Axes alone have paths of one stroke; what is drawn of data is filled or has a colour of
      // ours.
      assertTrue(
          Stream.of("#0072b2", "#d55e00", "#009e73", "rgb(213,94,0)", "rgb(0,114,178)")
              .anyMatch(
                  colour ->
                      chart.contains("fill=\"" + colour) || chart.contains("stroke=\"" + colour)),
          () -> "nothing of the data is drawn: " + title);
    }
  }

  /**
   * Names of marks that lie close together, on a wide page and on a phone. Texts that are cut off
   * or aslant take less than the rectangles that are compared.
   */
  @Test
  void noTextOfAChartLiesOverAnother() throws Exception {
    String looks =
        """
        <script>
        setTimeout(() => {
          const over = [];
          for (const chart of document.querySelectorAll('.chart')) {
            const texts = [...chart.querySelectorAll('text')].filter(t => !t.closest('[clip-path]') && !t.getCTM().b)
              .map(t => [t.textContent, t.getBoundingClientRect()]);
            texts.forEach(([a, p], i) => texts.slice(i + 1).forEach(([b, q]) => {
              if (p.left + 3 < q.right && q.left + 3 < p.right && p.top + 3 < q.bottom && q.top + 3 < p.bottom) {
                over.push(a + ' and ' + b);
              }
            }));
          }
          document.body.dataset.over = over.join(', ');
        }, 1000);
        </script>
        """;
    Path page = results.page();
    Files.writeString(page, looks, StandardOpenOption.APPEND);
    for (int width : new int[] {1280, 390}) {
      String dom = Browser.in(directory).dom(page, width);
      assertTrue(dom.contains("data-over=\"\""), () -> body(dom));
      for (String name :
          List.of("interactive_burst", "random_touch_heap", "DAMON_RECLAIM + zram")) {
        assertTrue(dom.contains(">" + name + "</text>"), name);
      }
    }
  }

  private static String body(String dom) {
    int start = dom.indexOf("<body");
    return dom.substring(start, dom.indexOf('>', start));
  }

  @Test
  void summaryInTheTerminal() {
    Executed run =
        Executed.run(
            "report",
            "--text",
            results.path("trace.csv"),
            results.path("compare.json"),
            results.path("sweep.csv"),
            results.path("jmh.json"));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("resident MiB   █▅▁  1.0 to 64.0"), run.out());
    assertTrue(run.out().contains("holds  50.0 %"), run.out());
    assertTrue(run.out().contains("p99.9 40.0 µs"), run.out());
    assertTrue(run.out().contains("saves  30.0 %, does  90.0 % of the work"), run.out());
    assertTrue(run.out().contains("plain memory: every page is in use"), run.out());
    assertTrue(run.out().contains("lz4-1"), run.out());
    assertTrue(run.out().contains("AccessBenchmark.rawRead"), run.out());
    assertFalse(Files.exists(Path.of("report.html")), "no page unless asked for");
  }

  @Test
  void refusesWhatCannotBeShown() throws IOException {
    results.write("other.csv", "a,b", "1,2");
    results.write("broken.json", "{\"benchmark\":");
    assertRefused("'other.csv' is neither", results.path("other.csv"));
    assertRefused("'broken.json' is not JSON", results.path("broken.json"));
    assertRefused("cannot be read", results.path("missing.csv"));
    assertRefused("RESULTS", "-o", results.path("x.html"));
    assertRefused(
        "cannot be written", results.path("heat.csv"), "-o", results.path("no/such/folder.html"));
  }

  private static void assertRefused(String message, String... arguments) {
    List<String> all = new ArrayList<>(List.of("report"));
    all.addAll(List.of(arguments));
    Executed run = Executed.run(all.toArray(String[]::new));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }
}
