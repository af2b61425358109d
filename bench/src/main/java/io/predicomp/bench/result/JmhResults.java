package io.predicomp.bench.result;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs JMH and keeps its results with a description of the machine: JMH's own list of results is
 * the member {@code results}.
 *
 * <pre>bench/run jmh OUT.json [arguments of JMH]</pre>
 */
final class JmhResults {
  private JmhResults() {}

  static void main(String[] arguments)
      throws IOException, RunnerException, CommandLineOptionException {
    if (arguments.length == 0) {
      System.err.println("Name the file for the results, then the arguments of JMH.");
      System.exit(2);
    }
    Path out = Path.of(arguments[0]);
    Map<String, Object> machine = Machine.describe();
    String[] rest = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
    Path raw = Files.createTempFile("predicomp-jmh-", ".json");
    try {
      new Runner(
              new OptionsBuilder()
                  .parent(new CommandLineOptions(rest))
                  .resultFormat(ResultFormatType.JSON)
                  .result(raw.toString())
                  .build())
          .run();
      ObjectMapper json = new ObjectMapper();
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("benchmark", "jmh");
      all.put("format", 1);
      all.put("machine", machine);
      all.put("settings", Map.of("arguments", rest));
      List<Map<String, Object>> results = json.readValue(raw.toFile(), new TypeReference<>() {});
      results.forEach(result -> result.remove("jvm")); // where it lies on this machine
      all.put("results", results);
      Path folder = out.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(out, json.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
    } finally {
      Files.delete(raw);
    }
  }
}
