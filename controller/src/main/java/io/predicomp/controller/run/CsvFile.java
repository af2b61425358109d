package io.predicomp.controller.run;

import io.predicomp.controller.core.ArenaFigures;
import io.predicomp.controller.core.ProcessRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One row for each process. Each is handed to the kernel whole and at once, so that the file is
 * good whenever the controller ends, and however.
 */
public final class CsvFile implements AutoCloseable {
  /** The columns: those of the predecessor in its order, then ours. */
  public static final List<String> COLUMNS =
      Stream.of(
              Stream.of(
                  "pid",
                  "generation",
                  "comm",
                  "exec_event_ns",
                  "deadline_ns",
                  "exit_event_ns",
                  "exited",
                  "parent_pid_last_seen",
                  "lineage_root_pid",
                  "compress_sent",
                  "compress_ack",
                  "missed_due_to_no_enroll",
                  "compress_request_ns",
                  "compress_ack_ns",
                  "compress_latency_ms",
                  "workload_name",
                  "arena_cap_mb",
                  "arena_min_savings_pct",
                  "region_mb"),
              ArenaFigures.NAMES.stream(),
              Stream.of("exit_code", "trigger_late_ms"))
          .flatMap(names -> names)
          .toList();

  private final FileChannel file;

  private CsvFile(FileChannel file) {
    this.file = file;
  }

  /**
   * {@return a new file with a comment and the names of the columns}
   *
   * @throws IOException if it cannot be written; a file that was there is gone otherwise
   */
  public static CsvFile create(Path path, String comment) throws IOException {
    CsvFile csv =
        new CsvFile(
            FileChannel.open(
                path,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING));
    csv.write("# " + comment + "\n" + String.join(",", COLUMNS) + "\n");
    return csv;
  }

  /**
   * Appends a row.
   *
   * @throws UncheckedIOException if it cannot be written, such as on a full disk
   */
  public void append(ProcessRow row) {
    try {
      write(line(row));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String line(ProcessRow row) {
    StringBuilder line = new StringBuilder(256);
    add(line, row.pid());
    add(line, row.generation());
    add(line, quoted(row.name()));
    add(line, row.execNanos());
    add(line, row.deadlineNanos());
    add(line, row.exitNanos());
    add(line, row.exited() ? 1 : 0);
    add(line, row.parent());
    add(line, row.lineageRoot());
    add(line, row.sent());
    add(line, row.acknowledged());
    add(line, row.missed() ? 1 : 0);
    add(line, row.requestNanos());
    add(line, row.ackNanos());
    add(line, millis(row.latencyNanos()));
    add(line, quoted(row.enrolment().workload()));
    add(line, row.enrolment().capMebibytes());
    add(line, row.enrolment().minSavingsPercent());
    add(line, row.enrolment().regionMebibytes());
    for (String name : ArenaFigures.NAMES) {
      add(line, row.figures().get(name));
    }
    add(line, row.exitCode() == Integer.MIN_VALUE ? "" : Integer.toString(row.exitCode()));
    return line.append(millis(row.lateNanos())).append('\n').toString();
  }

  private static void add(StringBuilder line, long value) {
    line.append(value).append(',');
  }

  private static void add(StringBuilder line, String value) {
    line.append(value).append(',');
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }

  /** A process may name itself anything. */
  private static String quoted(String text) {
    boolean plain = text.chars().allMatch(c -> c > ' ' && c != ',' && c != '"' && c != '#');
    return plain ? text : '"' + text.replace("\"", "\"\"").replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
