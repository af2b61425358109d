package io.predicomp.workloads.fill;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The whole pages of a file, over and over. Read anew for each page: mapped or kept, the file would
 * count as memory of the process that is being measured. It must not change during a run.
 */
final class FileFill implements PageFill {
  private final Path path;
  private final FileChannel file;
  private final long filePages;

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is smaller than a page
   */
  FileFill(Path path, int pageBytes) throws IOException {
    this.path = path;
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a directory");
    }
    this.file = FileChannel.open(path, StandardOpenOption.READ);
    this.filePages = file.size() / pageBytes;
    if (filePages == 0) {
      long bytes = file.size();
      file.close();
      throw new IllegalArgumentException(
          path + " has " + bytes + " bytes, and a page has " + pageBytes);
    }
  }

  @Override
  public String name() {
    return "file=" + path;
  }

  @Override
  public void fill(long page, MemorySegment out) {
    ByteBuffer buffer = out.asByteBuffer();
    long position = page % filePages * out.byteSize();
    try {
      while (buffer.hasRemaining()) {
        int read = file.read(buffer, position + buffer.position());
        if (read < 0) {
          throw new EOFException(path + " became shorter during the run");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
