package io.predicomp.bench.result;

import io.predicomp.os.SystemPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What figures were taken on. */
public final class Machine {
  private static final Path PROC = Path.of("/proc");

  private Machine() {}

  /** {@return processor, memory, kernel, JVM, and how busy it is now} */
  public static Map<String, Object> describe() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    machine.put("cpu", firstValue("cpuinfo", "model name"));
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    machine.put("memory", firstValue("meminfo", "MemTotal"));
    machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("architecture", System.getProperty("os.arch"));
    machine.put("system_page_bytes", SystemPage.SIZE);
    machine.put("jdk", Runtime.version().toString());
    machine.put("load_average", loadAverage());
    return machine;
  }

  /** Of a file of lines {@code name : value}; what is not there is unknown. */
  private static String firstValue(String file, String name) {
    try (Stream<String> lines = Files.lines(PROC.resolve(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String loadAverage() {
    try {
      return Files.readString(PROC.resolve("loadavg")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
