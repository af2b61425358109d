package io.predicomp.os.process;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.bundle.PredicompLibrary;
import io.predicomp.os.libc.Libc;
import io.predicomp.os.libc.ProcessCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which memory of this process a forked child gets. A fork copies the page tables of everything,
 * and write-protects it in the parent too, which then faults once for each page it writes: a JVM
 * pays for both some twenty times what a small C program pays. Our child runs a few dozen
 * instructions of C, so it can do without nearly all of it.
 *
 * <pre>
 *   library of ours │ C library │ stack and thread block of the forking thread │ everything else
 *   ───────────────── inherited ───────────────────────────────────────────────  MADV_DONTFORK
 * </pre>
 *
 * <p>What is mapped later (a new thread's stack, a heap that grows) is inherited again. Programs
 * started by {@link ProcessBuilder} or {@code posix_spawn} are not affected: those calls do not
 * copy memory.
 */
final class InheritedMemory {
  private static final int MADV_DONTFORK = 10; // asm-generic/mman-common.h
  private static final int MADV_DOFORK = 11; // asm-generic/mman-common.h

  /** At least {@code sizeof(pthread_attr_t)}, 56 bytes in glibc and musl. */
  private static final long PTHREAD_ATTR_SIZE = 256;

  private static boolean reduced;

  private InheritedMemory() {}

  /** A line of {@code /proc/self/maps}. */
  private record Area(long start, long end, String file) {
    boolean contains(long address) {
      return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, end) < 0;
    }

    /** {@code 7f..-7f.. rw-p 00000000 fe:00 1234 /lib/libc.so.6} */
    static Area parse(String line) {
      String[] words = line.split("\\s+", 6);
      String[] bounds = words[0].split("-", 2);
      return new Area(
          Long.parseUnsignedLong(bounds[0], 16),
          Long.parseUnsignedLong(bounds[1], 16),
          words.length == 6 ? words[5] : "");
    }
  }

  /**
   * Leaves out what no child of {@link Forker} needs, the first time it is called, and keeps what a
   * child of the calling thread needs.
   */
  static synchronized void reduceForThisThread() {
    if (!reduced) {
      reduced = true;
      reduce(areas());
    }
    keepThisThread();
  }

  private static void reduce(List<Area> areas) {
    Set<String> files = new HashSet<>();
    long library = PredicompLibrary.find("predicomp_fork").orElseThrow().address();
    long libc = ProcessCalls.addressOf("syscall");
    for (Area area : areas) {
      if (area.contains(library) || area.contains(libc)) {
        files.add(area.file());
      }
    }
    for (Area area : areas) {
      if (!files.contains(area.file())) {
        // Refused for mappings of devices and of the kernel itself, which cost nothing.
        Libc.madvise(area.start(), area.end() - area.start(), MADV_DONTFORK);
      }
    }
  }

  /** The stack, which glibc reuses from threads that have ended, and the thread's own block. */
  private static void keepThisThread() {
    long self = ProcessCalls.pthread_self();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(PTHREAD_ATTR_SIZE, 16);
      MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
      check("pthread_getattr_np", ProcessCalls.pthread_getattr_np(self, attributes));
      try {
        check(
            "pthread_attr_getstack", ProcessCalls.pthread_attr_getstack(attributes, address, size));
      } finally {
        ProcessCalls.pthread_attr_destroy(attributes);
      }
      long start = address.get(ValueLayout.JAVA_LONG, 0);
      long end = start + size.get(ValueLayout.JAVA_LONG, 0);
      for (Area area : areas()) {
        boolean stack =
            Long.compareUnsigned(area.start(), end) < 0
                && Long.compareUnsigned(start, area.end()) < 0;
        if (stack || area.contains(self)) {
          Libc.madvise(area.start(), area.end() - area.start(), MADV_DOFORK);
        }
      }
    }
  }

  private static void check(String call, int error) {
    if (error != 0) {
      throw new ErrnoException(call, error, "");
    }
  }

  private static List<Area> areas() {
    List<Area> areas = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        areas.add(Area.parse(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return areas;
  }
}
