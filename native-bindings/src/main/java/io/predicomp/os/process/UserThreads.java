package io.predicomp.os.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Threads of this user: what {@link ProcessLimits.Resource#PROCESSES} counts. */
public final class UserThreads {
  private static final long CAP_SYS_ADMIN = 1L << 21; // linux/capability.h
  private static final long CAP_SYS_RESOURCE = 1L << 24; // linux/capability.h

  private UserThreads() {}

  /** {@return how many there are in all processes that can be seen} */
  public static long count() {
    return count(Path.of("/proc"));
  }

  static long count(Path proc) {
    try {
      String user = field(proc.resolve("self"), "Uid:");
      long threads = 0;
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
        for (Path process : processes) {
          threads += threads(process, user);
        }
      }
      return threads;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long threads(Path process, String user) {
    try {
      return field(process, "Uid:").equals(user) ? Long.parseLong(field(process, "Threads:")) : 0;
    } catch (IOException e) {
      return 0; // it has ended meanwhile
    }
  }

  /** {@return the first number of a line of {@code status}; of the user ids, the real one} */
  private static String field(Path process, String name) throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip().split("\\s+", 2)[0];
      }
    }
    throw new IOException(process + " has no line " + name);
  }

  /**
   * {@return whether {@link ProcessLimits.Resource#PROCESSES} holds for this process} It does not
   * for root and with CAP_SYS_ADMIN or CAP_SYS_RESOURCE.
   */
  public static boolean areLimited() {
    try {
      Path self = Path.of("/proc/self");
      long capabilities = Long.parseUnsignedLong(field(self, "CapEff:"), 16);
      boolean exempt = (capabilities & (CAP_SYS_ADMIN | CAP_SYS_RESOURCE)) != 0;
      return !exempt && !field(self, "Uid:").equals("0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
