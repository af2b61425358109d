package io.predicomp.bench.process;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.bench.result.ChildJvm;
import io.predicomp.bench.result.Machine;
import io.predicomp.bench.result.Results;
import io.predicomp.bench.result.Spread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs the phases on each dataset several times, each in a process of its own, datasets and kinds
 * of memory in turn, so that what disturbs the machine for a while disturbs all alike.
 */
public final class ProcessMemBench {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REFUSED = 2;

  /** Columns whose medians are told. */
  private static final List<String> SUMMARISED =
      List.of(
          "pss_pre_kb",
          "pss_post_comp_kb",
          "pss_post_final_kb",
          "rss_pre_kb",
          "rss_post_comp_kb",
          "compress_wall_ms",
          "compress_thread_cpu_ms",
          "decompress_wall_ms",
          "decompress_thread_cpu_ms",
          "touch_p50_ns",
          "touch_p99_ns",
          "stall_p50_ns",
          "stall_p95_ns",
          "stall_p99_ns",
          "ratio_e2e_post_comp",
          "ratio_admitted_post_comp",
          "ratio_codec_post_comp",
          "ratio_held_post_comp");

  private final Plan plan;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;
  private final List<Map<String, Object>> rows = new ArrayList<>();

  /**
   * What is to be run.
   *
   * @param like settings of every run but for dataset, number and kind of memory
   * @param datasets their names
   * @param accesses kinds of memory
   * @param warmups runs of each before those that count
   * @param runs runs of each that count
   */
  public record Plan(
      RunSettings like, List<String> datasets, List<String> accesses, int warmups, int runs) {}

  /** A process could not do what was asked of it; the message says why. */
  public static final class CannotRun extends Exception {
    private static final long serialVersionUID = 1;

    CannotRun(String message) {
      super(message);
    }
  }

  /**
   * @param interrupted asked between runs whether to stop
   * @param progress told about each run before it begins
   */
  public ProcessMemBench(Plan plan, BooleanSupplier interrupted, Consumer<String> progress) {
    this.plan = plan;
    this.interrupted = interrupted;
    this.progress = progress;
  }

  /**
   * {@return the results, fewer than planned if interrupted}
   *
   * @throws CannotRun if a process fails
   * @throws IOException if a process cannot be started
   */
  public Results run() throws IOException, CannotRun {
    Map<String, Object> machine = Machine.describe();
    for (int run = 0; run < plan.warmups + plan.runs; run++) {
      for (String dataset : plan.datasets) {
        for (String access : plan.accesses) {
          if (!interrupted.getAsBoolean()) {
            measure(dataset, access, run);
          }
        }
      }
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("datasets", plan.datasets);
    settings.put("accesses", plan.accesses);
    settings.put("warmups", plan.warmups);
    settings.put("runs", plan.runs);
    settings.put("interrupted", interrupted.getAsBoolean());
    return new Results(
        "process_mem_bench", machine, settings, rows, Map.of("summary", summary(rows)));
  }

  private void measure(String dataset, String access, int number) throws IOException, CannotRun {
    boolean warmup = number < plan.warmups;
    RunSettings s = plan.like;
    RunSettings settings =
        new RunSettings(
            dataset,
            warmup ? number : number - plan.warmups,
            warmup,
            access,
            s.phaseModel(),
            s.regionMb(),
            s.arenaCapMb(),
            s.minSavingsPct(),
            s.hotFraction(),
            s.partialRereadFraction(),
            s.randomRereadFraction(),
            s.reuseDistancePages(),
            s.idleMs(),
            s.latencySampleStep(),
            s.seed(),
            s.pageBytes(),
            s.codec());
    progress.accept(
        "%s, %s memory, %s %d".formatted(dataset, access, warmup ? "warm-up" : "run", s.run()));
    Process process =
        ChildJvm.of(MeasuredProcess.class, List.of(JSON.writeValueAsString(settings)))
            .redirectError(ProcessBuilder.Redirect.PIPE)
            .start();
    process.getOutputStream().close();
    String out = text(process.getInputStream().readAllBytes());
    String err = text(process.getErrorStream().readAllBytes());
    int code = exitCode(process);
    if (interrupted.getAsBoolean() && code != 0) {
      return; // the terminal's signal reached the process too
    }
    if (code != 0) {
      throw new CannotRun(
          code == REFUSED || !err.isBlank()
              ? err.strip()
              : "the process of dataset " + dataset + " ended with exit code " + code);
    }
    rows.add(Columns.row(settings, JSON.readValue(out, new TypeReference<>() {})));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int exitCode(Process process) {
    while (true) {
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
      }
    }
  }

  /**
   * {@return medians with their intervals for each dataset and kind of memory}
   *
   * @param rows as in the CSV
   */
  static List<Map<String, Object>> summary(List<Map<String, Object>> rows) {
    Map<List<Object>, List<Map<String, Object>>> groups = new LinkedHashMap<>();
    for (Map<String, Object> row : rows) {
      if (!Boolean.TRUE.equals(row.get("warmup"))) {
        groups
            .computeIfAbsent(
                List.of(row.get("dataset"), row.get("access")), key -> new ArrayList<>())
            .add(row);
      }
    }
    List<Map<String, Object>> summary = new ArrayList<>();
    groups.forEach(
        (key, members) -> {
          Map<String, Object> line = new LinkedHashMap<>();
          line.put("dataset", key.get(0));
          line.put("access", key.get(1));
          for (String column : SUMMARISED) {
            line.put(
                column,
                Spread.of(
                    members.stream()
                        .mapToDouble(row -> ((Number) row.get(column)).doubleValue())
                        .toArray()));
          }
          SavedAgainstPlain.putInto(
              line, members, groups.getOrDefault(List.of(key.get(0), "plain"), List.of()));
          summary.add(line);
        });
    return summary;
  }
}
