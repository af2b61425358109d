package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Results to make a report of: one of everything that can be shown, small. */
record SampleResults(Path directory) {
  /** Charts that come of them. */
  static final int CHARTS = 10;

  static SampleResults in(Path directory) throws IOException {
    SampleResults results = new SampleResults(directory);
    results.write();
    return results;
  }

  private void write() throws IOException {
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
        "seconds,bucket_bytes,share_0,share_1,writes_0,writes_1",
        "0.0,2097152,1.0,0.5,70,0",
        "0.1,2097152,0.0,0.25,0,12");
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
           {"workload":"anon_streamer","memory":"plain","work_percent_of_plain":100,"saved_percent":0,
            "demoted_pages":0},
           {"workload":"anon_streamer","memory":"checked","work_percent_of_plain":90,"saved_percent":30,
            "demoted_pages":7},
           {"workload":"mmap_churn","memory":"checked","work_percent_of_plain":99,"saved_percent":-1,
            "demoted_pages":0,"decision":"every page is in use"}],
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

  void write(String name, String... lines) throws IOException {
    Files.write(directory.resolve(name), List.of(lines));
  }

  String path(String name) {
    return directory.resolve(name).toString();
  }

  /** The page that the command makes of all of them. */
  Path page() throws IOException {
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
}
