package io.predicomp.bench.loop;

import static io.predicomp.bench.compare.Interleaved.median;
import static io.predicomp.bench.compare.Interleaved.quantile;
import static io.predicomp.bench.compare.Interleaved.ratios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Workloads, run as users run them, and the same loops in C ({@code src/main/c}), in turn: the
 * ratios of docs/measuring.md. Both print the same keys. From the root of the project:
 *
 * <pre>java -cp bench/target/benchmarks.jar io.predicomp.bench.loop.LoopRatios fork|loops \
 *   [ROUNDS [TITLE]]</pre>
 *
 * with a title, only the comparisons whose titles contain it.
 */
public final class LoopRatios {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path LOOPS = Path.of("bench/target/loops");
  private static final int FAILED = 1;

  /**
   * Runs of 20 s, as the README has them: compiling, which takes a part of a second, is in them.
   */
  private static final int LONG_RUN_ROUNDS = 3;

  /**
   * What is compared.
   *
   * @param ours arguments of {@code ./predicomp}
   * @param theirs a program of {@link #LOOPS} and its arguments
   */
  private record Comparison(
      String title, String ours, String theirs, Map<String, ToDoubleFunction<JsonNode>> figures) {}

  private LoopRatios() {}

  static void main(String[] args) {
    String part = args.length > 0 ? args[0] : "fork";
    int rounds =
        args.length > 1 ? Integer.parseInt(args[1]) : part.equals("fork") ? 7 : LONG_RUN_ROUNDS;
    if (!Files.isDirectory(LOOPS)) {
      System.err.println(
          "The C loops are not built: install a C compiler (on Debian: apt-get install gcc"
              + " libc6-dev), and delete bench/target/benchmarks.jar so that it is built again.");
      System.exit(FAILED);
    }
    String title = args.length > 2 ? args[2] : "";
    for (Comparison each : part.equals("fork") ? forks() : loops()) {
      if (each.title().contains(title)) {
        compare(each, rounds);
      }
    }
  }

  private static List<Comparison> forks() {
    Map<String, ToDoubleFunction<JsonNode>> figures = new LinkedHashMap<>();
    figures.put(
        "fork and wait, p50, us",
        json -> (json.get("fork_p50_ns").asDouble() + json.get("wait_p50_ns").asDouble()) / 1e3);
    figures.put("fork, p50, us", json -> json.get("fork_p50_ns").asDouble() / 1e3);
    figures.put(
        "CPU, child's too, us",
        json ->
            (json.get("cpu_seconds").asDouble() + json.get("child_cpu_seconds").asDouble())
                * 1e6
                / json.get("forks").asDouble());
    figures.put("children a second", json -> json.get("achieved_per_sec").asDouble());
    String exit = "fork_exit_storm --duration-sec 2 --json ";
    String tight = "--workers 1 --max-children 1 --fork-rate 100000 --unsafe-allow-long";
    return List.of(
        new Comparison(
            "exit, 125/s", exit + "--workers 1 --fork-rate 125", "fork_loop 2 1 125 0", figures),
        new Comparison(
            "exit, 4 x 125/s",
            exit + "--workers 4 --fork-rate 125",
            "fork_loop 2 4 125 0",
            figures),
        new Comparison("exit, tight", exit + tight, "fork_loop 2 1 0 0", figures),
        new Comparison(
            "touch 64, tight",
            "fork_touch_exit --duration-sec 2 --json " + tight,
            "fork_loop 2 1 0 64",
            figures));
  }

  private static List<Comparison> loops() {
    Map<String, ToDoubleFunction<JsonNode>> figures = new LinkedHashMap<>();
    figures.put("operations a second", json -> json.get("achieved_ops_per_sec").asDouble());
    figures.put(
        "CPU, ns an operation",
        json -> json.get("cpu_seconds").asDouble() * 1e9 / json.get("ops").asDouble());
    List<Comparison> all = new ArrayList<>();
    for (int workers = 1; workers <= 2; workers++) {
      all.add(
          new Comparison(
              "random_touch_heap, %d thr.".formatted(workers),
              "random_touch_heap --region-mb 512 --ops-per-sec 1000000000 --duration-sec 20 --json "
                  + "--workers "
                  + workers,
              "touch_loop 20 " + workers + " 512",
              figures));
      all.add(
          new Comparison(
              "mmap_churn, %d thr.".formatted(workers),
              "mmap_churn --map-kb 512 --ops-per-sec 100000 --duration-sec 3 --json --workers "
                  + workers,
              "map_loop 3 " + workers + " 512",
              figures));
    }
    return all;
  }

  private static void compare(Comparison comparison, int rounds) {
    List<JsonNode> ours = new ArrayList<>();
    List<JsonNode> theirs = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      if (round % 2 == 0) {
        theirs.add(run(LOOPS + "/" + comparison.theirs()));
        ours.add(run("./predicomp " + comparison.ours()));
      } else {
        ours.add(run("./predicomp " + comparison.ours()));
        theirs.add(run(LOOPS + "/" + comparison.theirs()));
      }
    }
    comparison
        .figures()
        .forEach(
            (name, figure) ->
                print(
                    comparison.title(),
                    name,
                    ours.stream().mapToDouble(figure).toArray(),
                    theirs.stream().mapToDouble(figure).toArray()));
  }

  private static void print(String title, String name, double[] ours, double[] theirs) {
    double[] ratios = ratios(ours, theirs);
    System.out.printf(
        Locale.ROOT,
        "%-26s %-24s %12.1f, C %12.1f  ratio %5.3f  (quartiles %5.3f to %5.3f)%n",
        title,
        name,
        median(ours),
        median(theirs),
        median(ratios),
        quantile(ratios, 0.25),
        quantile(ratios, 0.75));
  }

  private static JsonNode run(String command) {
    try {
      Process process =
          new ProcessBuilder(command.split(" "))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      JsonNode json = JSON.readTree(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " failed");
      }
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }
}
