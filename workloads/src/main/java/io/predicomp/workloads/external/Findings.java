package io.predicomp.workloads.external;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What a tool measured, read from its own machine-readable output where it has one. */
final class Findings {
  private static final Pattern SYSBENCH =
      Pattern.compile(
          "^\\s*(Total operations|total time|min|avg|max|95th percentile):\\s*([\\d.]+)");
  private static final Pattern SYSBENCH_RATE = Pattern.compile("\\(\\s*([\\d.]+) (?:MiB/sec|per)");

  private Findings() {}

  /**
   * {@return figures by name, empty if the tool has none or they cannot be read}
   *
   * @param output the file it wrote for machines
   * @param log what it printed
   */
  static Map<String, Object> of(Tool tool, Path output, Path log) throws IOException {
    return switch (tool) {
      case STRESS_NG -> stressNg(load(output));
      case FIO -> fio(load(output));
      case SYSBENCH -> sysbench(Files.readAllLines(log));
      case MMTESTS, PHORONIX -> Map.of();
    };
  }

  /** JSON is YAML 1.2, so one parser reads both. */
  private static Map<?, ?> load(Path output) throws IOException {
    if (!Files.exists(output)) {
      return Map.of();
    }
    try {
      Object value =
          new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build())
              .loadFromString(Files.readString(output));
      return value instanceof Map<?, ?> map ? map : Map.of();
    } catch (YamlEngineException e) {
      return Map.of(); // cut off, because the tool was killed
    }
  }

  private static Map<String, Object> stressNg(Map<?, ?> yaml) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (Map<?, ?> metric : maps(yaml.get("metrics"))) {
      Map<String, Object> figures = new LinkedHashMap<>();
      for (String name :
          List.of("bogo-ops", "bogo-ops-per-second-real-time", "wall-clock-time", "user-time")) {
        put(figures, name.replace('-', '_'), metric.get(name));
      }
      found.put(String.valueOf(metric.get("stressor")), figures);
    }
    return found;
  }

  private static Map<String, Object> fio(Map<?, ?> json) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (Map<?, ?> job : maps(json.get("jobs"))) {
      Map<String, Object> figures = new LinkedHashMap<>();
      for (String direction : List.of("read", "write")) {
        if (job.get(direction) instanceof Map<?, ?> side
            && side.get("total_ios") instanceof Number ios
            && ios.longValue() > 0) {
          put(figures, direction + "_ios", ios);
          put(figures, direction + "_iops", side.get("iops"));
          put(figures, direction + "_bytes_per_sec", side.get("bw_bytes"));
          if (side.get("clat_ns") instanceof Map<?, ?> latency) {
            put(figures, direction + "_mean_ns", latency.get("mean"));
            if (latency.get("percentile") instanceof Map<?, ?> percentiles) {
              put(figures, direction + "_p99_ns", percentiles.get("99.000000"));
            }
          }
        }
      }
      found.put(String.valueOf(job.get("jobname")), figures);
    }
    return found;
  }

  private static Map<String, Object> sysbench(List<String> lines) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher rate = SYSBENCH_RATE.matcher(line);
      if (rate.find()) {
        found.put(
            line.contains("MiB/sec") ? "mib_per_sec" : "operations_per_sec",
            Double.valueOf(rate.group(1)));
      }
      Matcher matcher = SYSBENCH.matcher(line);
      if (matcher.find()) {
        String name =
            switch (matcher.group(1)) {
              case "Total operations" -> "operations";
              case "total time" -> "seconds";
              case "95th percentile" -> "latency_p95_ms";
              default -> "latency_" + matcher.group(1) + "_ms";
            };
        found.put(name, Double.valueOf(matcher.group(2)));
      }
    }
    return found;
  }

  private static void put(Map<String, Object> figures, String name, Object value) {
    if (value instanceof Number number) {
      figures.put(name, number);
    }
  }

  private static List<Map<?, ?>> maps(Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    if (list instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof Map<?, ?> map) {
          maps.add(map);
        }
      }
    }
    return maps;
  }
}
