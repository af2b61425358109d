package io.predicomp.controller.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Runs the workloads. For one thread. */
public final class Matrix {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_MILLIS = 20;

  /** How long a controller may take to start or stop, and a workload beyond its duration. */
  private static final long GRACE_SECONDS = 60;

  private final MatrixSettings settings;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;
  private final Path directory;

  /**
   * @param interrupted whether to stop early
   * @param progress is told what is being done
   * @throws IOException if the directory for the results cannot be made
   */
  public Matrix(MatrixSettings settings, BooleanSupplier interrupted, Consumer<String> progress)
      throws IOException {
    this.settings = settings;
    this.interrupted = interrupted;
    this.progress = progress;
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    Files.createDirectories(settings.results());
    Path free = settings.results().resolve(time);
    for (int i = 2; Files.exists(free); i++) {
      free = settings.results().resolve(time + "-" + i);
    }
    directory = Files.createDirectory(free);
  }

  /** {@return where the results of this run are} */
  public Path directory() {
    return directory;
  }

  /**
   * {@return what came of each workload that was run} One that fails does not keep the next from
   * running; an interruption does.
   *
   * @throws IOException if results cannot be written
   */
  public List<MatrixResult> run() throws IOException {
    List<MatrixResult> results = new ArrayList<>();
    for (MatrixWorkload workload : settings.workloads()) {
      if (interrupted.getAsBoolean()) {
        break;
      }
      progress.accept(
          "%s (%d of %d)"
              .formatted(workload.command(), results.size() + 1, settings.workloads().size()));
      Path own = Files.createDirectory(directory.resolve(workload.command()));
      MatrixResult result;
      try {
        result = run(workload, own);
      } catch (IOException e) {
        result = failed(workload, e.toString());
      }
      write(own.resolve("summary.json"), summary(result));
      results.add(result);
    }
    write(directory.resolve("summary.json"), summary(results));
    return results;
  }

  private MatrixResult run(MatrixWorkload workload, Path own) throws IOException {
    // Short: the path of a socket has at most 107 bytes.
    Path place = Files.createTempDirectory("predicomp");
    Path socket = place.resolve("socket");
    Path csv = own.resolve("controller.csv");
    Process controller =
        start(
            own.resolve("controller.log"),
            List.of(
                "controller",
                "--delay-sec",
                Double.toString(settings.delaySeconds()),
                "--csv",
                csv.toString(),
                "--sock",
                socket.toString(),
                "--verbose"));
    try {
      if (!await(controller, () -> Files.exists(socket), GRACE_SECONDS)) {
        return failed(workload, "the controller did not start: see controller.log");
      }
      Process child =
          new ProcessBuilder(command(workload.arguments(settings, socket.toString())))
              .redirectOutput(own.resolve("workload.stdout").toFile())
              .redirectError(own.resolve("workload.stderr").toFile())
              .start();
      long longest = settings.durationSeconds() + GRACE_SECONDS;
      if (!await(child, () -> !child.isAlive(), longest)) {
        stop(child);
        return failed(
            workload, interrupted.getAsBoolean() ? "interrupted" : "it did not end in time");
      }
      if (!controller.isAlive()) {
        return failed(workload, "the controller ended early: see controller.log");
      }
      stop(controller);
      return judge(workload, child, ControllerCsv.read(csv), output(own));
    } finally {
      stop(controller);
      Files.deleteIfExists(socket);
      Files.delete(place);
    }
  }

  private Process start(Path log, List<String> arguments) throws IOException {
    return new ProcessBuilder(command(arguments))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(settings.launcher().toString()));
    command.addAll(arguments);
    return command;
  }

  /** {@return whether it came to be so in time, which it can only while the process lives} */
  private boolean await(Process process, BooleanSupplier so, long seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (!so.getAsBoolean()) {
        if (System.nanoTime() > end || interrupted.getAsBoolean()) {
          return false;
        }
        if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return so.getAsBoolean();
        }
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }

  /** Ends a process in order, or, if it takes too long, at once. */
  private static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }

  private static JsonNode output(Path own) throws IOException {
    String text = Files.readString(own.resolve("workload.stdout"));
    return text.isBlank() ? MissingNode.getInstance() : JSON.readTree(text);
  }

  private static MatrixResult failed(MatrixWorkload workload, String why) {
    return new MatrixResult(workload, why, -1, 0, Map.of(), MissingNode.getInstance());
  }

  private static MatrixResult judge(
      MatrixWorkload workload, Process child, List<Map<String, String>> rows, JsonNode output) {
    // The launcher becomes the workload, so the last row of its number is the workload's.
    Map<String, String> own =
        rows.stream()
            .filter(row -> row.get("pid").equals(Long.toString(child.pid())))
            .reduce(Map.of(), (_, last) -> last);
    String failure = "";
    if (child.exitValue() != 0) {
      failure = "it ended with exit code " + child.exitValue() + ": see workload.stderr";
    } else if (own.isEmpty()) {
      failure = "the controller has not seen it";
    } else if (workload.isTriggerable() && own.get("compress_sent").equals("0")) {
      failure =
          own.get("missed_due_to_no_enroll").equals("1")
              ? "it had not enrolled when it was due"
              : "the controller has not asked it to compress";
    } else if (workload.isTriggerable() && own.get("compress_ack").equals("0")) {
      failure = "it has not acknowledged compression";
    }
    return new MatrixResult(workload, failure, child.exitValue(), rows.size(), own, output);
  }

  private ObjectNode summary(MatrixResult result) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("workload", result.workload().command())
            .put("tier", result.workload().tier())
            .put("result", result.isGood() ? "ok" : "failed")
            .put("failure", result.failure())
            .put("exit_code", result.exitCode())
            .put("compression", result.compression())
            .put("delay_sec", settings.delaySeconds())
            .put("duration_sec", settings.durationSeconds())
            .put("controller_rows", result.rows());
    ObjectNode row = json.putObject("controller");
    result.own().forEach(row::put);
    json.set("workload_output", result.output().isMissingNode() ? null : result.output());
    return json;
  }

  private ObjectNode summary(List<MatrixResult> results) {
    long failed = results.stream().filter(result -> !result.isGood()).count();
    ObjectNode json =
        JSON.createObjectNode()
            .put("delay_sec", settings.delaySeconds())
            .put("duration_sec", settings.durationSeconds())
            .put("interrupted", interrupted.getAsBoolean())
            .put("workloads", results.size())
            .put("failed", failed);
    var array = json.putArray("results");
    results.forEach(result -> array.add(summary(result)));
    return json;
  }

  /** {@return all results in one line of JSON} */
  public String json(List<MatrixResult> results) {
    return summary(results).toString();
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }
}
