package io.predicomp.bench.rival;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Exception;

/**
 * The least that can be done in C: {@code bare.c}, built with the system's compiler when it is
 * needed, in a process that is told what to do through its standard input.
 */
final class BareRival implements Rival {
  private static final String SOURCE = "bare.c";

  private final Path directory;
  private final Process process;
  private final DataOutputStream commands;
  private final DataInputStream answers;
  private long wallNanos;
  private long cpuNanos;
  private long held;

  private BareRival(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    commands = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 16));
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
  }

  static BareRival open(Pages pages) throws Unavailable, IOException {
    Path directory = Files.createTempDirectory("predicomp-bare-");
    boolean ready = false;
    try {
      Path program = build(directory);
      Path library = directory.resolve("liblz4.so");
      copy(
          LZ4Exception.class,
          "/net/jpountz/util/linux/" + System.getProperty("os.arch") + "/liblz4-java.so",
          library);
      Path contents = directory.resolve("pages");
      write(pages, contents);
      Process process =
          new ProcessBuilder(
                  program.toString(),
                  library.toString(),
                  contents.toString(),
                  Integer.toString(pages.count()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BareRival bare = new BareRival(directory, process);
      bare.demote(); // answers when it has read its pages
      Files.delete(contents);
      ready = true;
      return bare;
    } finally {
      if (!ready) {
        delete(directory);
      }
    }
  }

  private static Path build(Path directory) throws Unavailable, IOException {
    Path source = directory.resolve(SOURCE);
    copy(BareRival.class, SOURCE, source);
    Path program = directory.resolve("bare");
    try {
      Process cc =
          new ProcessBuilder(
                  "cc",
                  "-O2",
                  "-Wall",
                  "-Werror",
                  "-o",
                  program.toString(),
                  source.toString(),
                  "-ldl")
              .redirectErrorStream(true)
              .start();
      String output = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (cc.waitFor() != 0) {
        throw new Unavailable("the C program does not compile: " + output.strip());
      }
      return program;
    } catch (IOException e) {
      throw new Unavailable("there is no C compiler (Debian: apt install gcc libc6-dev)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void copy(Class<?> neighbour, String resource, Path target)
      throws Unavailable, IOException {
    try (InputStream in = neighbour.getResourceAsStream(resource)) {
      if (in == null) {
        throw new Unavailable("there is no LZ4 library for this processor in lz4-java");
      }
      Files.copy(in, target);
    }
  }

  private static void write(Pages pages, Path file) throws IOException {
    try (SeekableByteChannel out =
        Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int page = 0; page < pages.count(); page++) {
        ByteBuffer content = pages.content(page).asByteBuffer();
        while (content.hasRemaining()) {
          out.write(content);
        }
      }
    }
  }

  @Override
  public String name() {
    return "bare C";
  }

  @Override
  public String note() {
    return "LZ4 into a discarded page: no concurrency, payloads packed, a limit and no rival";
  }

  @Override
  public void rewrite() {
    // Every demotion compresses: there are no copies to be of use.
  }

  @Override
  public long demote() throws IOException {
    commands.writeByte('D');
    commands.flush();
    wallNanos = answer();
    cpuNanos = answer();
    held = answer();
    return answer();
  }

  /** Numbers come in the machine's byte order. */
  private long answer() throws IOException {
    long number = answers.readLong();
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Long.reverseBytes(number) : number;
  }

  @Override
  public long demoteCpuNanos(long threadNanos) {
    return cpuNanos;
  }

  @Override
  public long demoteWallNanos(long callNanos) {
    return wallNanos;
  }

  @Override
  public long readCpuNanos(long threadNanos) {
    return cpuNanos;
  }

  @Override
  public long heldBytes() {
    return held;
  }

  @Override
  public long read(int[] order, int from, long[] nanos) throws IOException {
    commands.writeByte('R');
    ByteBuffer request =
        ByteBuffer.allocate((nanos.length + 1) * Integer.BYTES).order(ByteOrder.nativeOrder());
    request.putInt(nanos.length);
    for (int i = 0; i < nanos.length; i++) {
      request.putInt(order[from + i]);
    }
    commands.write(request.array());
    commands.flush();
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = answer();
    }
    cpuNanos = answer();
    return answer();
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    delete(directory);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
