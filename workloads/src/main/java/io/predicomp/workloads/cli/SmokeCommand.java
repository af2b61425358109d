package io.predicomp.workloads.cli;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.TransparentArena;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker;
import io.predicomp.workloads.memory.ArenaAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "smoke",
    description = {
      "Runs every workload for a second, plain and on the arena, as a process of its own, and "
          + "checks each JSON line against its schema in workloads/schemas.",
      "Exits with 1 if one fails."
    })
final class SmokeCommand implements Callable<Integer> {
  /** {@code --duration-sec}. */
  static final class Seconds extends RangeConverter {
    Seconds() {
      super(1, 60);
    }
  }

  @Option(
      names = "--duration-sec",
      paramLabel = "N",
      defaultValue = "1",
      converter = Seconds.class,
      description = "Seconds of each run, 1 to 60 (default: ${DEFAULT-VALUE}).")
  long seconds;

  @Option(
      names = "--schemas",
      paramLabel = "DIRECTORY",
      description = "Other schemas (default: workloads/schemas).")
  Path schemas = home().resolve("workloads/schemas");

  private static Path home() {
    return Path.of(System.getProperty("predicomp.home", ".")).toAbsolutePath();
  }

  /** One run: a workload, and the options that make it small. */
  private record Case(String workload, List<String> options) {}

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String workload : List.of("interactive_burst", "anon_streamer", "random_touch_heap")) {
      cases.add(new Case(workload, List.of("--region-mb", "16")));
      cases.addAll(onArena(workload, "--region-mb"));
    }
    cases.add(new Case("mmap_churn", List.of()));
    cases.addAll(onArena("mmap_churn", "--arena-region-mb"));
    cases.add(new Case("fork_exit_storm", List.of()));
    cases.add(new Case("fork_touch_exit", List.of()));
    cases.add(new Case("fork_exec_storm", List.of()));
    return cases;
  }

  private static List<Case> onArena(String workload, String sizeOption) {
    List<String> options = List.of(sizeOption, "16", "--use-mem-arena", "--arena-access");
    List<Case> cases = new ArrayList<>();
    for (ArenaAccess access : ArenaAccess.values()) {
      List<String> all = new ArrayList<>(options);
      all.add(access.toString());
      cases.add(new Case(workload, all));
    }
    return cases;
  }

  /** Why this machine cannot run a case, or nothing. */
  private static Optional<String> obstacle(Case each) {
    if (each.options().contains(ArenaAccess.TRANSPARENT.toString())) {
      return TransparentArena.obstacle(ArenaConfig.builder().build());
    }
    return each.workload().matches("fork_(touch_)?exit.*")
            && Forker.probe() instanceof ProbeResult.Unsupported(String reason, String remedy)
        ? Optional.of(reason + "; " + remedy)
        : Optional.empty();
  }

  @Override
  public Integer call() {
    // The validator logs through SLF4J, which would say on standard error that nobody listens.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    int failures = 0;
    for (Case each : cases()) {
      String name = (each.workload() + " " + String.join(" ", each.options())).strip();
      Optional<String> obstacle = obstacle(each);
      if (obstacle.isPresent()) {
        StandardOutput.print("SKIPPED %s: %s%n".formatted(name, obstacle.get()));
        continue;
      }
      String complaint = run(each);
      failures += complaint.isEmpty() ? 0 : 1;
      StandardOutput.print(
          complaint.isEmpty()
              ? "ok      %s%n".formatted(name)
              : "FAILED  %s: %s%n".formatted(name, complaint));
    }
    if (failures > 0) {
      System.err.println("predicomp: " + failures + " smoke checks failed.");
    }
    return failures > 0 ? 1 : 0;
  }

  /** Returns what is wrong, or nothing. */
  private String run(Case each) {
    List<String> command =
        new ArrayList<>(List.of(home().resolve("predicomp").toString(), each.workload()));
    command.addAll(List.of("--duration-sec", Long.toString(seconds), "--json"));
    command.addAll(each.options());
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        return "exit code " + code;
      }
      return out.lines().count() == 1 ? check(each.workload(), out) : "not one line: " + out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }

  private String check(String workload, String json) throws IOException {
    String schema = Files.readString(schemas.resolve(workload + ".schema.json"));
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema)
        .validate(json, InputFormat.JSON)
        .stream()
        .map(ValidationMessage::getMessage)
        .collect(Collectors.joining("; "));
  }
}
