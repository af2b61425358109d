package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  /** Charts that come of the files below. */
  private static final int CHARTS = 9;

  @TempDir Path directory;

  /** One of everything that can be shown, small. */
  @BeforeEach
  void writeResults() throws IOException {
    write(
        "trace.csv",
        "seconds,resident_bytes,pool_bytes,metadata_bytes,demand_restores,prefetches,stall_ns,"
            + "prefetches_used,prefetches_wasted",
        "0.000,67108864,0,10000,0,0,0,0,0",
        "0.100,33554432,16777216,10000,3,9,9000,5,1",
        "0.200,1048576,33554432,10000,4,20,12000,19,1",
        "0.300,67108");
    write(
        "heat.csv",
        "seconds,bucket_bytes,share_0,share_1",
        "0.0,2097152,1.0,0.5",
        "0.1,2097152,0.0,0.25");
    write(
        "compare.json",
        """
        {"benchmark":"compare","format":1,"machine":{"cpu":"</script><b>"},"settings":{},
         "rows":[{"dataset":"json","contender":"zram","pages":2,"demoted_pages":2,"held_bytes":4100,
           "held_share":0.5,"demote_us_per_page":9.7,"demote_cpu_us_per_page":9.1,"reads":4,"read_p50_ns":6200,
           "read_p90_ns":6900,"read_p99_ns":10000,"read_p999_ns":40000,"read_max_ns":40000,
           "read_cpu_us_per_page":6.3,"note":""}],
         "absent":{"bare":"there is no C compiler"},
         "workloads":[
           {"workload":"anon_streamer","memory":"plain","unit":"passes","per_second":10,"saved_percent":0},
           {"workload":"anon_streamer","memory":"arena","unit":"passes","per_second":9,"saved_percent":30}],
         "curves":[{"dataset":"json","contender":"zram","points":[[5000,0],[6200,50],[10000,99]],"details":{}}]}
        """);
    write(
        "reclaim.json",
        """
        {"runs":[{"workload":"anon_streamer","way":"plain","saved_percent_of_region":0,"work_percent_of_plain":100},
                 {"workload":"interactive_burst","way":"reclaim","saved_percent_of_region":40,"work_percent_of_plain":96},
                 {"workload":"anon_streamer","way":"reclaim","saved_percent_of_region":40.2,"work_percent_of_plain":96.2},
                 {"workload":"random_touch_heap","way":"checked","saved_percent_of_region":39.9,"work_percent_of_plain":96.1}]}
        """);
    write(
        "jmh.json",
        """
        {"benchmark":"jmh","results":[
          {"benchmark":"io.predicomp.bench.access.AccessBenchmark.cursorRead","params":{"kib":"256"},
           "primaryMetric":{"score":1.55,"scoreError":0.02,"scoreUnit":"ns/op"}},
          {"benchmark":"io.predicomp.bench.access.AccessBenchmark.rawRead","params":{"kib":"256"},
           "primaryMetric":{"score":1.43,"scoreError":"NaN","scoreUnit":"ns/op"}}]}
        """);
    Executed sweep =
        Executed.run(
            "codec_sweep",
            "--dataset",
            "json",
            "--sizes",
            "4k",
            "--codecs",
            "lz4-1,zstd-1",
            "--sample-kb",
            "16",
            "--runs",
            "1",
            "--csv",
            directory.resolve("sweep.csv").toString());
    assertEquals(0, sweep.exitCode(), sweep.err());
    List<String> header = new ArrayList<>(List.of("dataset", "run", "warmup", "pid", "access"));
    List<String> row = new ArrayList<>(List.of("repetitive", "0", "0", "77", "checked"));
    for (String moment :
        List.of("pre", "post_comp", "post_idle", "post_partial", "post_random", "post_final")) {
      header.add("pss_" + moment + "_kb");
      row.add("100000");
    }
    for (String column :
        List.of("ratio_e2e_post_comp", "stall_p50_ns", "stall_p95_ns", "stall_p99_ns")) {
      header.add(column);
      row.add("2");
    }
    write("process.csv", String.join(",", header), String.join(",", row));
  }

  private void write(String name, String... lines) throws IOException {
    Files.write(directory.resolve(name), List.of(lines));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private Path page() throws IOException {
    Executed run =
        Executed.run(
            "report",
            path("trace.csv"),
            path("heat.csv"),
            path("compare.json"),
            path("reclaim.json"),
            path("sweep.csv"),
            path("process.csv"),
            path("jmh.json"),
            "-o",
            path("report.html"));
    assertEquals(0, run.exitCode(), run.err());
    return directory.resolve("report.html");
  }

  @Test
  void pageHoldsEverythingItself() throws IOException {
    String page = Files.readString(page());
    assertFalse(page.contains("<script src"), "no script from elsewhere");
    assertFalse(page.contains("<link rel=\"stylesheet\""), "no style from elsewhere");
    assertFalse(page.contains("</script><b>"), "data cannot end the script it is in");
    assertTrue(page.contains("there is no C compiler"));
    assertTrue(page.contains("DAMON_RECLAIM + zram (published)"));
  }

  @Test
  void everyChartIsDrawnInABrowser() throws Exception {
    String dom = dom(page(), 1280);
    assertTrue(dom.contains("data-charts=\"" + CHARTS + "\""), () -> body(dom));
    String[] charts = dom.split("class=\"chart", -1);
    assertEquals(CHARTS + 1, charts.length);
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
    Path page = page();
    Files.writeString(page, looks, StandardOpenOption.APPEND);
    for (int width : new int[] {1280, 390}) {
      String dom = dom(page, width);
      assertTrue(dom.contains("data-over=\"\""), () -> body(dom));
      for (String name :
          List.of("interactive_burst", "random_touch_heap", "DAMON_RECLAIM + zram")) {
        assertTrue(dom.contains(">" + name + "</text>"), name);
      }
    }
  }

  /** The page as a browser has drawn it, without an error. */
  private String dom(Path page, int width) throws Exception {
    Optional<Path> browser = browser();
    Assumptions.assumeTrue(
        browser.isPresent(),
        "SKIPPED: no Chromium to open the report in (Debian: apt install chromium-headless-shell)");
    Process process =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--user-data-dir=" + directory.resolve("browser"),
                "--virtual-time-budget=5000",
                "--window-size=" + width + ",2000",
                "--dump-dom",
                page.toUri().toString())
            .redirectError(directory.resolve("browser.log").toFile())
            .start();
    String dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String log = Files.readString(directory.resolve("browser.log"));
    assertFalse(log.contains("CONSOLE"), log);
    assertTrue(dom.contains("data-errors=\"0\""), "an error in the page: " + log);
    return dom;
  }

  private static String body(String dom) {
    int start = dom.indexOf("<body");
    return dom.substring(start, dom.indexOf('>', start));
  }

  private static Optional<Path> browser() {
    return Stream.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(":", -1))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void summaryInTheTerminal() {
    Executed run =
        Executed.run(
            "report",
            "--text",
            path("trace.csv"),
            path("compare.json"),
            path("sweep.csv"),
            path("jmh.json"));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("resident MiB   █▅▁  1.0 to 64.0"), run.out());
    assertTrue(run.out().contains("holds  50.0 %"), run.out());
    assertTrue(run.out().contains("lz4-1"), run.out());
    assertTrue(run.out().contains("AccessBenchmark.rawRead"), run.out());
    assertFalse(Files.exists(Path.of("report.html")), "no page unless asked for");
  }

  @Test
  void refusesWhatCannotBeShown() throws IOException {
    write("other.csv", "a,b", "1,2");
    write("broken.json", "{\"benchmark\":");
    assertRefused("'other.csv' is neither", path("other.csv"));
    assertRefused("'broken.json' is not JSON", path("broken.json"));
    assertRefused("cannot be read", path("missing.csv"));
    assertRefused("RESULTS", "-o", path("x.html"));
    assertRefused("cannot be written", path("heat.csv"), "-o", path("no/such/folder.html"));
  }

  private static void assertRefused(String message, String... arguments) {
    List<String> all = new ArrayList<>(List.of("report"));
    all.addAll(List.of(arguments));
    Executed run = Executed.run(all.toArray(String[]::new));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }
}
