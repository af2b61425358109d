package io.predicomp.workloads.external;

import io.predicomp.os.memory.AvailableMemory;
import io.predicomp.workloads.report.JsonLine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One run of one tool into a folder of its own. */
public final class ExternalRun {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT);

  /** Less room than this is not worth a run whose log will be cut off. */
  private static final long LEAST_ROOM_BYTES = 1 << 20;

  /**
   * What to run.
   *
   * @param program the tool's executable
   * @param seconds of work, or the profile's
   * @param bound seconds after which it is killed, or the profile's
   * @param test of a suite, or the profile's
   */
  public record Request(
      Tool tool,
      Path program,
      Path profile,
      double scale,
      Optional<Long> seconds,
      Optional<Long> bound,
      Optional<String> test) {}

  private final Request request;
  private final BooleanSupplier interrupted;

  public ExternalRun(Request request, BooleanSupplier interrupted) {
    this.request = request;
    this.interrupted = interrupted;
  }

  /**
   * {@return the summary, which also lies in the folder}
   *
   * @param parent where the folder is made
   * @throws IllegalArgumentException if the profile is wrong; the message is a sentence
   * @throws IOException if results cannot be written
   */
  public Map<String, Object> into(Path parent) throws IOException {
    Profile profile = new Profile(request.profile());
    long room = Files.getFileStore(parent).getUsableSpace();
    if (room < LEAST_ROOM_BYTES) {
      throw new IOException("only " + (room >> 10) + " KiB of disk are free there");
    }
    Path directory =
        Files.createDirectory(
            parent
                .resolve(
                    request.tool().label() + "-" + STAMP.format(LocalDateTime.now(ZoneOffset.UTC)))
                .toAbsolutePath());
    Path work = Files.createDirectory(directory.resolve("work"));
    try {
      return run(profile, directory, work, room);
    } finally {
      delete(work);
    }
  }

  private Map<String, Object> run(Profile profile, Path directory, Path work, long room)
      throws IOException {
    Tool tool = request.tool();
    String suffix = tool.output().isEmpty() ? "none" : tool.output();
    Path output = directory.resolve("output." + suffix);
    Path log = directory.resolve("tool.log");
    long seconds = request.seconds().orElseGet(() -> profile.number("duration-sec", 30));
    // A longer run has a later bound.
    long later = Math.max(0, seconds - profile.number("duration-sec", seconds));
    long bound = request.bound().orElseGet(() -> profile.number("timeout-sec", 45) + 2 * later);

    Map<String, Object> values = new LinkedHashMap<>();
    values.put("seconds", seconds);
    values.put("output", output);
    values.put("name", directory.getFileName());
    request.test().or(() -> profile.text("test")).ifPresent(test -> values.put("test", test));
    Map<String, Object> sizes = new LinkedHashMap<>();
    sizes.putAll(profile.sizes("memory", AvailableMemory.read().bytes(), request.scale(), 1));
    sizes.putAll(profile.sizes("disk", room, request.scale(), profile.number("disk-files", 1)));
    values.putAll(sizes);
    Optional<String> job = profile.text("job");
    if (job.isPresent()) {
      Path filled = directory.resolve(job.get());
      Files.writeString(filled, profile.fill(Files.readString(profile.sibling(job.get())), values));
      values.put("job", filled);
    }

    List<String> command = new ArrayList<>(List.of(request.program().toString()));
    String arguments =
        profile
            .text("arguments")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the profile " + request.profile() + " has no 'arguments'"));
    for (String argument : arguments.split("\\s+", -1)) {
      command.add(profile.fill(argument, values));
    }
    BoundedRun.Outcome outcome =
        BoundedRun.run(
            command,
            workingDirectory(work, values),
            environment(directory),
            log,
            bound,
            interrupted);

    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("tool", tool.label());
    summary.put("command", String.join(" ", command));
    summary.put("scale", request.scale());
    summary.put("sizes_bytes", sizes);
    summary.put("timeout_sec", bound);
    summary.put("end", outcome.end().name().toLowerCase(Locale.ROOT));
    summary.put("exit_code", outcome.exitCode());
    summary.put("elapsed_ms", outcome.elapsedNanos() / 1e6);
    summary.put("log", log.toString());
    summary.put("findings", Findings.of(tool, output, log));
    Files.writeString(directory.resolve("summary.json"), JsonLine.of(summary) + "\n");
    return summary;
  }

  /** mmtests runs where it lies, everything else where its files may be deleted. */
  private Path workingDirectory(Path work, Map<String, Object> values) {
    if (request.tool() != Tool.MMTESTS) {
      return work;
    }
    Path directory = request.program().toAbsolutePath().getParent();
    Path config = directory.resolve(String.valueOf(values.get("test")));
    if (!Files.isRegularFile(config)) {
      throw new IllegalArgumentException("mmtests has no config " + config + " (see --test)");
    }
    return directory;
  }

  /** Phoronix asks for these by batch mode. */
  private static Map<String, String> environment(Path directory) {
    return Map.of(
        "TEST_RESULTS_NAME", directory.getFileName().toString(),
        "TEST_RESULTS_IDENTIFIER", "predicomp",
        "LC_ALL", "C");
  }

  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          delete(entry);
        } else {
          Files.delete(entry);
        }
      }
    }
    Files.delete(directory);
  }
}
