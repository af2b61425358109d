package io.predicomp.workloads.external;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A benchmark that others wrote. */
public enum Tool {
  STRESS_NG("stress-ng", "stress-ng", "apt-get install stress-ng", "yaml"),
  SYSBENCH("sysbench", "sysbench", "apt-get install sysbench", ""),
  FIO("fio", "fio", "apt-get install fio", "json"),
  MMTESTS(
      "mmtests",
      "run-mmtests.sh",
      "git clone https://github.com/gormanm/mmtests and set MMTESTS_DIR to that directory",
      ""),
  PHORONIX(
      "phoronix",
      "phoronix-test-suite",
      "install it from https://www.phoronix-test-suite.com and run phoronix-test-suite batch-setup",
      "");

  private final String label;
  private final String program;
  private final String remedy;
  private final String output;

  Tool(String label, String program, String remedy, String output) {
    this.label = label;
    this.program = program;
    this.remedy = remedy;
    this.output = output;
  }

  /** {@return its name on our command line} */
  public String label() {
    return label;
  }

  /** {@return how to get it, and before that what is wrong about where it was looked for} */
  public String remedy(Map<String, String> environment) {
    String directory = environment.get("MMTESTS_DIR");
    return this == MMTESTS && directory != null
        ? "MMTESTS_DIR is '%s', where no %s can be executed; %s"
            .formatted(directory, program, remedy)
        : remedy;
  }

  /** {@return the suffix of the file it writes for machines, empty if it writes none} */
  public String output() {
    return output;
  }

  /** {@return whether it runs what {@code --test} names instead of a profile of sizes} */
  public boolean isSuite() {
    return this == MMTESTS || this == PHORONIX;
  }

  /** {@return the tool of that name} */
  public static Optional<Tool> of(String label) {
    return Arrays.stream(values()).filter(tool -> tool.label.equals(label)).findFirst();
  }

  /** {@return its executable file, or empty if it cannot be found} */
  public Optional<Path> find(Map<String, String> environment) {
    if (this == MMTESTS) {
      return Optional.ofNullable(environment.get("MMTESTS_DIR"))
          .map(directory -> Path.of(directory).toAbsolutePath().resolve(program))
          .filter(Files::isExecutable);
    }
    return Arrays.stream(environment.getOrDefault("PATH", "").split(":", -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).toAbsolutePath().resolve(program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
