package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaStats;
import io.predicomp.workloads.report.JsonLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code --arena-stats-json}. Opened before the run, so that nobody waits for results
 * that then cannot be written; what was in it before is kept until there are results.
 */
final class StatsFile implements AutoCloseable {
  private final @Nullable FileChannel file;

  private StatsFile(@Nullable FileChannel file) {
    this.file = file;
  }

  /**
   * @param path nothing if no file is wanted
   * @throws Refusal if the file cannot be written
   */
  static StatsFile open(@Nullable Path path) {
    if (path == null) {
      return new StatsFile(null);
    }
    try {
      return new StatsFile(
          FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
    } catch (IOException e) {
      throw Refusal.ofFile("--arena-stats-json", path);
    }
  }

  void write(ArenaStats stats) {
    if (file == null) {
      return;
    }
    String line = JsonLine.of(stats.counters()) + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try {
      file.truncate(0);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
