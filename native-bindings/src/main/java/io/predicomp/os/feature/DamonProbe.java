package io.predicomp.os.feature;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Whether DAMON can watch address ranges of a process, and whether its threads are free.
 *
 * <p>Only reads. Which operations the kernel has is shown by a kdamond alone, and making one could
 * disturb whoever uses DAMON; without one the kernel's configuration answers.
 */
final class DamonProbe {
  private static final String KERNEL =
      "use a kernel built with CONFIG_DAMON_VADDR and CONFIG_DAMON_SYSFS";
  private static final String STOP = "stop the program that uses DAMON";
  private static final String CONFIG_LINE = "CONFIG_DAMON_VADDR=y";

  private final Path root;
  private final Path kdamonds;

  private DamonProbe(Path root) {
    this.root = root;
    this.kdamonds = root.resolve("sys/kernel/mm/damon/admin/kdamonds");
  }

  static ProbeResult run(Path root) {
    try {
      return new DamonProbe(root).run();
    } catch (AccessDeniedException e) {
      return new ProbeResult.Unsupported("no permission to read " + e.getFile(), "run as root");
    } catch (IOException e) {
      return new ProbeResult.Unknown("DAMON's files cannot be read: " + e.getMessage());
    }
  }

  private ProbeResult run() throws IOException {
    if (!Files.isDirectory(kdamonds)) {
      return new ProbeResult.Unsupported("the kernel has no DAMON control files", KERNEL);
    }
    // Only who may read this file may also write it: its mode is 0600.
    String number = Files.readString(kdamonds.resolve("nr_kdamonds")).strip();

    Optional<Boolean> vaddr = offeredByKdamond().or(this::configured);
    if (vaddr.isEmpty()) {
      return new ProbeResult.Unknown(
          "there is no kdamond that lists its operations, and no kernel configuration to read");
    }
    if (!vaddr.get()) {
      return new ProbeResult.Unsupported(
          "DAMON is there, but not for virtual addresses (vaddr)", KERNEL);
    }
    Optional<String> running = running();
    if (running.isPresent()) {
      return new ProbeResult.Unsupported(
          "kdamond " + running.get() + " is on, and while one is, none can be added", STOP);
    }
    return number.equals("0")
        ? new ProbeResult.Supported()
        : new ProbeResult.Unsupported(
            "somebody has prepared " + number + " kdamond(s), though none is on", STOP);
  }

  private Optional<Boolean> offeredByKdamond() throws IOException {
    try (DirectoryStream<Path> each = Files.newDirectoryStream(kdamonds, Files::isDirectory)) {
      for (Path kdamond : each) {
        Path operations = kdamond.resolve("contexts/0/avail_operations");
        if (Files.exists(operations)) {
          return Optional.of(Files.readAllLines(operations).contains("vaddr"));
        }
      }
      return Optional.empty();
    }
  }

  private Optional<String> running() throws IOException {
    try (DirectoryStream<Path> each = Files.newDirectoryStream(kdamonds, Files::isDirectory)) {
      for (Path kdamond : each) {
        if (Files.readString(kdamond.resolve("state")).strip().equals("on")) {
          return Optional.of(kdamond.getFileName().toString());
        }
      }
      return Optional.empty();
    }
  }

  /** {@return what the kernel was built with, if it says so anywhere} */
  private Optional<Boolean> configured() {
    Path compressed = root.resolve("proc/config.gz");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(compressed)),
                StandardCharsets.US_ASCII))) {
      return Optional.of(lines.lines().anyMatch(CONFIG_LINE::equals));
    } catch (NoSuchFileException e) {
      return configuredInBoot();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Boolean> configuredInBoot() {
    try {
      // At once: what is read of such a file in a second piece is empty.
      String release = Files.readAllLines(root.resolve("proc/sys/kernel/osrelease")).getFirst();
      return Optional.of(
          Files.readAllLines(root.resolve("boot/config-" + release)).contains(CONFIG_LINE));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
