package io.predicomp.bench.rival;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A zram device of our own as the only swap of the machine, for as long as it is open. A file names
 * each device and the process that made it, so that the next run removes what a killed one left.
 */
public final class ZramSwap implements AutoCloseable {
  private static final Path CONTROL = Path.of("/sys/class/zram-control");
  private static final Path SWAPS = Path.of("/proc/swaps");

  /** Gone after a restart, as the devices are. */
  private static final Path MARKS = Path.of("/run/predicomp");

  private static final String HIGHEST_PRIORITY = "32767";
  private static final int ATTEMPTS = 50;

  private final int id;
  private final String algorithm;

  private ZramSwap(int id, String algorithm) {
    this.id = id;
    this.algorithm = algorithm;
  }

  /**
   * Adds a device and swaps to it.
   *
   * @param bytes its size, uncompressed
   * @throws Unavailable if this machine or user cannot, or others use swap; nothing is changed then
   */
  public static ZramSwap open(String algorithm, long bytes) throws Unavailable, IOException {
    requireMeans();
    removeLeftovers();
    List<String> others = swapsInUse();
    if (!others.isEmpty()) {
      throw new Unavailable(
          "swap is in use ("
              + String.join(", ", others)
              + "), and pages of others would go to our device: swapoff it first");
    }
    int id = Integer.parseInt(Files.readString(CONTROL.resolve("hot_add")).strip());
    boolean ready = false;
    ZramSwap swap = new ZramSwap(id, algorithm);
    try {
      swap.mark();
      swap.start(bytes);
      ready = true;
      return swap;
    } finally {
      if (!ready) {
        swap.close();
      }
    }
  }

  private static void requireMeans() throws Unavailable {
    if (!Files.isDirectory(CONTROL)) {
      throw new Unavailable(
          "this kernel has no zram (modprobe zram loads it where it is a module)");
    }
    if (!Files.isReadable(CONTROL.resolve("hot_add"))) {
      throw new Unavailable("a zram device is for root to make: run it with sudo");
    }
  }

  private void start(long bytes) throws Unavailable, IOException {
    Path settings = settings();
    String offered = Files.readString(settings.resolve("comp_algorithm"));
    if (!offered.replaceAll("[\\[\\]]", "").matches("(?s).*\\b" + algorithm + "\\b.*")) {
      throw new Unavailable(
          "this kernel's zram does not have " + algorithm + ", but " + offered.strip());
    }
    Files.writeString(settings.resolve("comp_algorithm"), algorithm);
    Files.writeString(settings.resolve("disksize"), Long.toString(bytes));
    run("mkswap", device().toString());
    run("swapon", "-p", HIGHEST_PRIORITY, device().toString());
  }

  /** {@return the codec} */
  String algorithm() {
    return algorithm;
  }

  /** {@return the device's number} */
  public int id() {
    return id;
  }

  /** {@return bytes that the device takes for what it holds} */
  long memoryUsed() throws IOException {
    // orig_data_size compr_data_size mem_used_total ... (Documentation/admin-guide/blockdev/zram)
    return Long.parseLong(
        Files.readString(settings().resolve("mm_stat")).strip().split("\\s+", -1)[2]);
  }

  private Path device() {
    return Path.of("/dev/zram" + id);
  }

  private Path settings() {
    return Path.of("/sys/block/zram" + id);
  }

  private Path markFile() {
    return MARKS.resolve("zram" + id);
  }

  private void mark() throws IOException {
    Files.createDirectories(MARKS);
    Files.writeString(markFile(), owner(ProcessHandle.current()));
  }

  /** A process that may be told from a later one of the same number. */
  private static String owner(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }

  /**
   * Removes the devices of processes that are gone.
   *
   * @return the names of these devices
   */
  public static List<String> removeLeftovers() throws IOException {
    List<String> removed = new ArrayList<>();
    if (!Files.isDirectory(MARKS)) {
      return removed;
    }
    try (Stream<Path> marks = Files.list(MARKS)) {
      for (Path mark : marks.toList()) {
        String name = String.valueOf(mark.getFileName());
        String text = Files.readString(mark);
        if (name.matches("zram[0-9]+") && !isAlive(text)) {
          new ZramSwap(Integer.parseInt(name.substring(4)), "").close();
          removed.add(name);
        }
      }
    }
    return removed;
  }

  private static boolean isAlive(String owner) {
    if (!owner.matches("[0-9]+ .*")) {
      return false; // killed while it wrote its name
    }
    return ProcessHandle.of(Long.parseLong(owner.substring(0, owner.indexOf(' '))))
        .filter(process -> owner(process).equals(owner))
        .isPresent();
  }

  private static List<String> swapsInUse() throws IOException {
    return Files.readAllLines(SWAPS).stream()
        .skip(1) // the header
        .map(line -> line.split("\\s+", 2)[0])
        .toList();
  }

  /** Stops swapping and removes the device, whatever state it is in. */
  @Override
  public void close() throws IOException {
    if (swapsInUse().contains(device().toString())) {
      try {
        run("swapoff", device().toString());
      } catch (Unavailable e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    if (Files.exists(settings())) {
      retry(() -> Files.writeString(settings().resolve("reset"), "1"));
      retry(() -> Files.writeString(CONTROL.resolve("hot_remove"), Integer.toString(id)));
    }
    Files.deleteIfExists(markFile());
  }

  /** Whoever watches block devices may have it open for a moment. */
  private static void retry(Attempt attempt) throws IOException {
    for (int i = 1; ; i++) {
      try {
        attempt.run();
        return;
      } catch (IOException e) {
        if (i == ATTEMPTS) {
          throw e;
        }
        try {
          TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private static void run(String... command) throws Unavailable {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new Unavailable(String.join(" ", command) + " failed: " + output);
      }
    } catch (IOException e) {
      throw new Unavailable(command[0] + " cannot be started (Debian: apt install util-linux)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
